# Sourced by ./quickstart, ./test, .ci/run and the scripts here and in bench.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '\n==> %s\n' "$*"; }
die() { printf '\nerror: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "this needs root, and there is no sudo: $*"
  fi
}

# need_packages NAME...  Installs the Debian packages that are missing, and starts no service of theirs.
need_packages() {
  local missing=() package policy=/usr/sbin/policy-rc.d made=no
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "these packages are needed, and there is no apt-get to install them: ${missing[*]}"
  say "Installing ${missing[*]}"
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    made=yes
  fi
  local failed=no
  { as_root apt-get -qq update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null; } || failed=yes
  [ $made = no ] || as_root rm -f $policy
  [ $failed = no ] || die "apt-get could not install: ${missing[*]}"
}

need_dotnet() {
  command -v dotnet >/dev/null || die "the .NET 10 SDK is needed (dotnet is not on PATH): https://dotnet.microsoft.com/download"
  (cd "$root" && dotnet --version >/dev/null 2>&1) || die "the .NET 10 SDK is needed; found: $(dotnet --list-sdks 2>/dev/null | paste -sd, || true)"
}

# What compiling the executable takes, and what the engine runs.
build_packages=(clang zlib1g-dev libsqlite3-dev)
engine_packages=(crun qemu-user-static git uidmap)

# publish [ARGUMENT...]  Makes out/buildx.
publish() {
  local log
  log=$(mktemp)
  if ! dotnet publish "$root/src/Buildx.Cli" -c Release --use-current-runtime -o "$root/out" -v quiet "$@" >"$log" 2>&1; then
    cat "$log" >&2; rm -f "$log"
    die "dotnet publish failed"
  fi
  grep -E ': (warning|error) ' "$log" || true
  rm -f "$log"
}

# need_base_image  Makes out/base-images with out/buildx, unless it is there.
need_base_image() {
  [ ! -f "$root/out/base-images/index.json" ] || return 0
  say "Making the base image from Debian packages"
  "$root/images/base/make" "$root/out/base-images"
}

# start_registry DIRECTORY  Starts docker-registry on 127.0.0.1 and a free port with its data in DIRECTORY.
# Sets registry_pid and registry_port; whoever calls it ends the process.
start_registry() {
  local directory=$1 i
  mkdir -p "$directory/data"
  cat >"$directory/config.yml" <<EOF
version: 0.1
log: { level: info, formatter: text }
storage: { filesystem: { rootdirectory: $directory/data } }
http: { addr: 127.0.0.1:0 }
EOF
  # Here, so that it is there when it is looked into.
  : >"$directory/log"
  docker-registry serve "$directory/config.yml" >>"$directory/log" 2>&1 &
  registry_pid=$!
  for i in $(seq 100); do
    registry_port=$(sed -nE 's/.*listening on 127\.0\.0\.1:([0-9]+).*/\1/p' "$directory/log" | head -n 1)
    [ -z "$registry_port" ] || return 0
    kill -0 "$registry_pid" 2>/dev/null || break
    sleep 0.1
  done
  die "docker-registry did not start: $(tail -n 3 "$directory/log")"
}

# push_layout PORT LAYOUT REPOSITORY TAG...  Uploads the index of an OCI layout and all it points at to a registry on 127.0.0.1.
push_layout() {
  local base=http://127.0.0.1:$1/v2/$3 layout=$2 index manifest blob location tag
  shift 3
  blob_file() { echo "$layout/blobs/sha256/${1#sha256:}"; }
  put_manifest() {
    curl -fsS -o /dev/null -X PUT -H "Content-Type: application/vnd.oci.image.$2.v1+json" --data-binary "@$(blob_file "$1")" "$base/manifests/$3"
  }
  index=$(jq -r '.manifests[0].digest' "$layout/index.json")
  for manifest in $(jq -r '.manifests[].digest' "$(blob_file "$index")"); do
    for blob in $(jq -r '.config.digest, .layers[].digest' "$(blob_file "$manifest")"); do
      location=$(curl -fsS -X POST -H 'Content-Length: 0' -o /dev/null -w '%header{location}' "$base/blobs/uploads/")
      curl -fsS -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$(blob_file "$blob")" "$location&digest=$blob"
    done
    put_manifest "$manifest" manifest "$manifest"
  done
  for tag; do put_manifest "$index" index "$tag"; done
}
