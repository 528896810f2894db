#!/bin/bash
# setup-nvim.sh DIR - a private Neovim (>= 0.11) in DIR, and DIR/venv with pyte, which draws its screen for the tests.
# Prints DIR/bin/nvim. A second call is a no-op.
HERE=$(cd "$(dirname "$0")" && pwd); . "$HERE/lib/common.sh"
WANT=0.12.4 MIN=0.11; open_dir "$@"; EXE=$D/bin/nvim PIN="nvim $WANT $SUITE 2"
version() { at_home "$EXE" --version | sed -n '1s/^NVIM v//p'; }
if ready "$PIN"; then echo "$EXE"; exit; fi
private_root neovim
private_loader "$D/sys/usr/bin/nvim"
python_tool pyte==0.8.2
wrapper "$EXE" "VIMRUNTIME=$D/sys/usr/share/nvim/runtime exec $D/sys/usr/bin/nvim \"\$@\""
done_with "$PIN" "$WANT" "$MIN"
