#!/bin/bash
# Makes a base image from this machine's own Node and npm and gives it to the Docker Engine, so that the example
# builds where no registry can be reached: scripts/base-image.sh [NAME] [NODE]
set -euo pipefail

name=${1:-node:24-slim}
node=$(readlink -f "${2:-$(command -v node)}")
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
[ -f "$npm/bin/npm-cli.js" ] || { echo "npm is not where its command points to: $npm" >&2; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc/ssl/certs,lib/node_modules,proc,root,run,sys,dev,tmp,usr,var,home/node}
chmod 1777 "$root/tmp"
chown 1000:1000 "$root/home/node"
ln -s ../bin ../lib "$root/usr/"

# What a Dockerfile's RUN, USER and --chown, npm's scripts and a person who looks inside need.
programs=("$node")
install -m 755 "$node" "$root/bin/node"
for program in sh env cat cp chmod chown id ls mkdir mv rm sleep; do
  programs+=("$(readlink -f "$(command -v "$program")")")
  install -m 755 "${programs[-1]}" "$root/bin/$program"
done

# Shared libraries are kept under the very paths by which the programs find them.
for library in $(for program in "${programs[@]}"; do ldd "$program" 2>/dev/null || true; done |
  grep -oE '/[^ ]+\.so[^ ]*' | sort -u); do
  install -D -m 755 "$(readlink -f "$library")" "$root$library"
done

cp -R "$npm" "$root/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/bin/npx"

printf 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' >"$root/etc/group"
# The certificates that this machine trusts, where NODE_EXTRA_CA_CERTS can name them.
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
fi

# In order and without times, the same machine makes the same layer again.
tar -C "$root" --sort=name --mtime=@0 -c . | docker import -c 'ENV PATH=/bin' -c 'CMD ["node"]' - "$name"
