package ledger

import "acl/fabric"

// Amount is an amount of energy in joules, or of area in m², with its band.
type Amount struct{ Value, Low, High float64 }

// Plus returns the sum of two amounts; bands add up.
func (a Amount) Plus(b Amount) Amount {
	return Amount{a.Value + b.Value, a.Low + b.Low, a.High + b.High}
}

// Times returns k times an amount.
func (a Amount) Times(k float64) Amount { return Amount{k * a.Value, k * a.Low, k * a.High} }

func sum(list []Amount) (a Amount) {
	for _, b := range list {
		a = a.Plus(b)
	}
	return a
}

// Bill is a priced book.
type Bill struct {
	Table string
	Entry [Phases][Parts]Amount
	Kinds [Kinds]Amount
	Units []UnitBill // in the order of their first lines
}

// UnitBill is what one unit spent, by phase. Unit is empty for the chip as a whole.
type UnitBill struct {
	Unit  string
	Phase [Phases]Amount
}

// Total is what the unit spent in all phases.
func (u *UnitBill) Total() Amount { return sum(u.Phase[:]) }

// Phase is what was spent in a phase.
func (b *Bill) Phase(p Phase) Amount { return sum(b.Entry[p][:]) }

// Part is what was spent for a part, in all phases.
func (b *Bill) Part(part Part) (a Amount) {
	for p := range Phases {
		a = a.Plus(b.Entry[p][part])
	}
	return a
}

// Total is the sum over all phases.
func (b *Bill) Total() (a Amount) {
	for p := range Phases {
		a = a.Plus(b.Phase(p))
	}
	return a
}

// Training is the total without evaluations.
func (b *Bill) Training() Amount {
	return sum([]Amount{b.Phase(Setup), b.Phase(Forward), b.Phase(Backward), b.Phase(Update)})
}

// Price computes what a book's events cost on a chip by a table. Nothing is
// charged on an ideal chip.
func Price(b *Book, chip *fabric.Chip, t *Table) *Bill {
	bill := &Bill{Table: t.Name}
	at := map[string]int{}
	for _, l := range b.Lines() {
		if _, ok := at[l.Unit]; !ok {
			at[l.Unit] = len(bill.Units)
			bill.Units = append(bill.Units, UnitBill{Unit: l.Unit})
		}
	}
	if chip.Ideal {
		return bill
	}
	costs := costsOf(chip, t)
	for i := range b.lines {
		l := &b.lines[i]
		for p := range Phases {
			for k := range Kinds {
				if n := b.Get(i, p, k); n != 0 {
					bill.enter(&bill.Units[at[l.Unit]], l, p, k, costs.of(k, l.Bits).Times(n))
				}
			}
		}
	}
	return bill
}

func (b *Bill) enter(u *UnitBill, l *Line, p Phase, k Kind, a Amount) {
	part := partOf(l, p, k)
	b.Entry[p][part] = b.Entry[p][part].Plus(a)
	b.Kinds[k] = b.Kinds[k].Plus(a)
	u.Phase[p] = u.Phase[p].Plus(a)
}
