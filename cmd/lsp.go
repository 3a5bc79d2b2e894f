package cmd

import (
	"context"
	"errors"

	"acl/internal/lsp"
)

type lspCmd struct{}

// Run serves an editor over the standard streams until it says exit. A session that
// ends without a shutdown is exit code 1, as the protocol has it.
func (lspCmd) Run(ctx context.Context, s *streams) error {
	err := lsp.Serve(ctx, s.in, s.out, s.err)
	if errors.Is(err, lsp.ErrUnclean) {
		return errWrong
	}
	return err
}
