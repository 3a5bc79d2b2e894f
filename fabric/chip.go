package fabric

// Level is a noise setting: off, on (as the circuit's own parameters give), or
// a number whose meaning the source defines.
type Level struct {
	Mode  LevelMode
	Value float64 // used where Mode is LevelNumber
}

// LevelMode says how a Level was given.
type LevelMode uint8

// The three ways to give a level.
const (
	LevelOff LevelMode = iota
	LevelOn
	LevelNumber
)

// On reports whether the source is at work: on, or a number other than zero.
func (l Level) On() bool {
	return l.Mode == LevelOn || l.Mode == LevelNumber && l.Value != 0
}

// Number returns the level's number, or def where the circuit's own parameters
// decide. It is 0 for a source that is off.
func (l Level) Number(def float64) float64 {
	switch l.Mode {
	case LevelOn:
		return def
	case LevelNumber:
		return l.Value
	}
	return 0
}

// Chip holds every setting of a fabric, in SI units. The tag of a field is its
// key in the language; keys.go lists, gets and sets them by that key. Defaults
// and sources are those of stdlib's chips.acl, explained in docs/fabric.md.
type Chip struct {
	Name        string  `acl:"-"`
	Temperature float64 `acl:"temperature,K"`
	Costs       string  `acl:"costs"`
	Die         int     `acl:"die"`
	Ideal       bool    `acl:"ideal"`
	Tick        float64 `acl:"tick,s"` // 0: off

	Supply struct {
		Cells   float64 `acl:"cells,V"`
		Analog  float64 `acl:"analog,V"`
		Digital float64 `acl:"digital,V"`
	} `acl:"supply"`
	Rail struct {
		Swing  Interval `acl:"swing,V"`  // output clip, about the common mode
		Input  float64  `acl:"input,V"`  // volts that stand for x = 1
		Weight float64  `acl:"weight,V"` // differential volts that stand for w = 1
		Bound  float64  `acl:"bound"`    // 0: auto, by calibration
	} `acl:"rail"`
	Tiles struct {
		Count   int     `acl:"count"`
		Size    Size    `acl:"size"` // rows x columns
		Spares  int     `acl:"spares"`
		Readout string  `acl:"readout"`
		Wire    float64 `acl:"wire,Ohm"`
	} `acl:"tiles"`
	Modules []Variant `acl:"modules"`
	Bus     struct {
		Count int     `acl:"count"`
		Lanes int     `acl:"lanes"`
		Time  float64 `acl:"time,s"`
	} `acl:"bus"`
	Stack struct {
		Depth int `acl:"depth"`
	} `acl:"stack"`
	DCU struct {
		Clock float64 `acl:"clock,Hz"`
		Lanes int     `acl:"lanes"`
	} `acl:"dcu"`

	Opamp struct {
		Gain      float64 `acl:"gain"`
		Bandwidth float64 `acl:"bandwidth,Hz"`
		Slew      float64 `acl:"slew,V/s"`
		Noise     float64 `acl:"noise,V/rtHz"`
		Offset    float64 `acl:"offset,V"`
		Current   float64 `acl:"current,A"`
		Wake      float64 `acl:"wake,s"`
		Gated     bool    `acl:"gated"`
	} `acl:"opamp"`
	VCR struct {
		Law       string  `acl:"law"`
		Beta      float64 `acl:"beta,A/V2"`
		Threshold float64 `acl:"threshold,V"`
		Overdrive float64 `acl:"overdrive,V"`
	} `acl:"vcr"`
	Cap struct {
		Weight     float64 `acl:"weight,F"`
		Hold       float64 `acl:"hold,F"`
		Leak       float64 `acl:"leak,A"` // 0: off
		CommonMode bool    `acl:"common_mode"`
	} `acl:"cap"`
	Cell struct {
		Law        string  `acl:"law"`
		Step       float64 `acl:"step"`
		Asymmetry  float64 `acl:"asymmetry"`
		Pulse      float64 `acl:"pulse,s"`
		Pulses     int     `acl:"pulses"`
		Management bool    `acl:"management"`
		Lifetime   float64 `acl:"lifetime"` // steps to 1/e; 0: off
		Update     string  `acl:"update"`
		Spread     struct {
			Step      float64 `acl:"step"`
			Asymmetry float64 `acl:"asymmetry"`
			Symmetry  float64 `acl:"symmetry"`
			Bounds    float64 `acl:"bounds"`
			Leak      float64 `acl:"leak"`
			Cycle     float64 `acl:"cycle"`
		} `acl:"spread"`
	} `acl:"cell"`
	Mismatch struct {
		Threshold float64 `acl:"threshold,V"`
		Beta      float64 `acl:"beta"`
		Resistor  float64 `acl:"resistor"`
	} `acl:"mismatch"`
	Comparator struct {
		Offset float64 `acl:"offset,V"`
		Energy float64 `acl:"energy,J"`
	} `acl:"comparator"`
	DAC struct {
		Bits   int     `acl:"bits"`
		Energy float64 `acl:"energy,J"`
	} `acl:"dac"`
	ADC struct {
		Bits   int     `acl:"bits"`
		Energy float64 `acl:"energy,J"` // a conversion step
		Time   float64 `acl:"time,s"`
		Share  int     `acl:"share"` // columns a converter
	} `acl:"adc"`

	Noise  Noise `acl:"noise"`
	Faults struct {
		Stuck   float64 `acl:"stuck"`
		Columns int     `acl:"columns"`
		Drift   float64 `acl:"drift"`
		// Fail are the physical modules that fail in a run.
		Fail []Failure `acl:"fail"`
	} `acl:"faults"`
}

// Failure is a physical module that fails at the start of a step, counted from 0:
// CLASS[Index].
type Failure struct {
	Class string
	Index int
	Step  int
}

// Noise holds the level of each source of physics.md §5.
type Noise struct {
	Weight     Level  `acl:"weight"`   // share of a tensor's largest |w|, one draw a step
	Gradient   Level  `acl:"gradient"` // share of the batch gradient's rms
	Law        string `acl:"law"`      // of weight and gradient errors
	Read       Level  `acl:"read"`
	Offset     Level  `acl:"offset"`
	Mismatch   Level  `acl:"mismatch"`
	Quantize   Level  `acl:"quantize"`
	Clip       Level  `acl:"clip"`
	Storage    Level  `acl:"storage"`
	Leak       Level  `acl:"leak"`
	Cells      Level  `acl:"cells"`
	Comparator Level  `acl:"comparator"`
	IRDrop     Level  `acl:"ir_drop"`
	Drift      Level  `acl:"drift"`
}

// Interval is a closed range of a quantity.
type Interval struct{ Low, High float64 }

// Size is a height and a width, or rows and columns.
type Size struct{ H, W int }

// Variant is a kind of physical module of one class: Count of them, each with
// converters of Bits (0: the chip's own) and Copies parallel copies.
type Variant struct {
	Class  string // conv dense pool activation attention gradient
	Name   string // empty for a plain count
	Count  int
	Bits   int
	Copies int
}

// Classes lists the classes of physical modules, in the order of a floorplan.
var Classes = []string{"conv", "dense", "pool", "activation", "attention", "gradient"}
