#!/bin/bash
# setup-vscode.sh DIR - the true VS Code workbench and extension host, without a desktop. Prints DIR/bin/code-server. A second call is a no-op.
#   DIR/bin/code-server  VS Code's server edition      DIR/bin/chrome  Chromium headless shell
#   DIR/bin/node         the node code-server demands  DIR/pw          playwright-core
# NATIVE=1 also compiles VS Code's logger and watchdog (needs a C++ compiler and make; about a minute):
#   without it all works, but VS Code writes no log FILES and complains "Could not locate the bindings file".
HERE=$(cd "$(dirname "$0")" && pwd); . "$HERE/lib/common.sh"
WANT=4.139.1 MIN=4.100.0 NODE=24.21.0 PW=1.65.1 NATIVE=${NATIVE:-0}
open_dir "$@"; EXE=$D/bin/code-server PIN="code-server $WANT node $NODE playwright-core $PW $SUITE native=$NATIVE 2"
version() { # of all three parts
  at_home "$D/bin/chrome" --version | grep -q '[0-9]' && [ -f "$D/pw/node_modules/playwright-core/package.json" ] &&
    at_home "$EXE" --version | sed -n 's/^\([0-9.]*\) .*/\1/p'
}
if ready "$PIN"; then echo "$EXE"; exit; fi
need npm

say "1/4 node $NODE"                                                   # a plain binary in a plain npm package
case $(uname -m) in x86_64) ARCH=x64 ;; aarch64) ARCH=arm64 ;; *) die "no node package known for $(uname -m)" ;; esac
npm_tool "$D/node" "node-linux-$ARCH@$NODE"
ln -sfn "$D/node/node_modules/node-linux-$ARCH/bin/node" "$D/bin/node"; PATH=$D/bin:$PATH
[ "$(node --version)" = "v$NODE" ] || die "$D/bin/node does not run"

say "2/4 code-server $WANT"                                            # its postinstall is not run; this is what matters of it
npm_tool "$D/cs" "code-server@$WANT"
VS=$D/cs/node_modules/code-server/lib/vscode
(cd "$VS" && npm install --loglevel error --no-audit --no-fund --no-update-notifier --omit=dev --ignore-scripts --fetch-retries 1 >&2) || die "npm could not install VS Code's modules: is the registry out of reach?"
if [ "$NATIVE" = 1 ]; then
  need make c++ python3
  "$HERE/lib/debpriv.sh" "$SUITE" "$D/nodedev" libnode-dev libuv1-dev; cp -r "$D"/nodedev/usr/include/uv* "$D/nodedev/usr/include/node/"
  (cd "$VS" && npm rebuild --loglevel error --nodedir="$D/nodedev/usr" @vscode/spdlog @vscode/native-watchdog >&2) || die "the native modules did not compile"
  rm -rf "$D/nodedev"
fi
wrapper "$EXE" "exec $D/bin/node $D/cs/node_modules/code-server/out/node/entry.js \"\$@\""

say "3/4 Chromium and fonts with Chinese and emoji"
private_root chromium-headless-shell fonts-wqy-microhei fonts-dejavu-core fonts-noto-color-emoji
find "$D/sys" \( -name 'libLLVM*' -o -name 'libgallium*' -o -name 'libz3*' \) -delete     # graphics drivers, 210 MB, not used headless
private_loader "$D/sys/usr/lib/chromium/chromium-headless-shell"
{
  echo '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
  echo "<dir>$D/sys/usr/share/fonts</dir><cachedir>$D/home/fontcache</cachedir>"
  for f in "monospace=DejaVu Sans Mono" "sans-serif=DejaVu Sans"; do echo "<alias><family>${f%%=*}</family><prefer><family>${f#*=}</family></prefer></alias>"; done
  echo '</fontconfig>'
} > "$D/fonts.conf"
rm -rf "$D/home/fontcache"                                            # of other fonts
wrapper "$D/bin/chrome" "FONTCONFIG_FILE=$D/fonts.conf exec $D/sys/usr/lib/chromium/chromium-headless-shell \"\$@\""

say "4/4 playwright-core $PW"
npm_tool "$D/pw" "playwright-core@$PW"
done_with "$PIN" "$WANT" "$MIN"
