# Sourced by bench/run: the programs that are measured. Each has a directory, a configuration and engines of its own under $work.
# shellcheck shell=bash disable=SC2154

# All are run the same way: the executable itself, no wrapper, output into a file.
ours() {
  BUILDX_CONFIG=$work/ours/buildx DOCKER_CONFIG=$work/ours/docker BUILDX_ENGINE_ROOT=$work/ours/state BUILDX_ENGINE_RUN=$work/ours/run \
    DOCKER_HOST=unix://$work/no-docker.sock "$buildx" "$@"
}
theirs() {
  BUILDX_CONFIG=$work/theirs/buildx DOCKER_CONFIG=$work/theirs/docker DOCKER_HOST=unix://$work/theirs/docker.sock \
    "$peers/cli-plugins/docker-buildx" "$@"
}
buildah() {
  CONTAINERS_REGISTRIES_CONF=$work/buildah/registries.conf command buildah --root "$work/buildah/root" --runroot "$work/buildah/run" \
    --storage-driver overlay --cgroup-manager cgroupfs "$@"
}

# All that the base image is there for.
eight_platforms=linux/386,linux/amd64,linux/arm/v5,linux/arm/v7,linux/arm64/v8,linux/mips64le,linux/ppc64le,linux/s390x

# As many that BuildKit has emulators for: it knows none for mips64le.
eight_emulated=linux/386,linux/amd64,linux/arm/v5,linux/arm/v7,linux/arm64/v8,linux/arm/v6,linux/ppc64le,linux/s390x

# build SIDE CONTEXT [FLAG...]  Builds without exporting anything: what is measured is the build. Buildah has no way not to make an image.
build() {
  local side=$1 context=$2
  shift 2
  if [ "$side" = buildah ]; then
    buildah build --layers --network=host --runtime "$(command -v runc)" --quiet "$@" "$context"
  else
    "$side" build --progress=plain --output=type=cacheonly --network=host --allow=network.host "$@" "$context"
  fi
}

# export_to SIDE CONTEXT [FLAG...]  The same, with an output among the flags.
export_to() {
  local side=$1 context=$2
  shift 2
  "$side" build --progress=plain --network=host --allow=network.host "$@" "$context"
}

start_docker() {
  local i emulator
  mkdir -p "$work/theirs/docker" "$work/theirs/bin"
  # The names under which BuildKit looks for emulators where the kernel has no handlers.
  for emulator in aarch64 arm i386 ppc64le s390x; do
    [ ! -x "/usr/bin/qemu-$emulator-static" ] || ln -s "/usr/bin/qemu-$emulator-static" "$work/theirs/bin/buildkit-qemu-$emulator"
  done
  ln -s /usr/bin/tini-static "$work/theirs/bin/docker-init"
  # Without containerd's image store it can neither write OCI archives nor export caches nor push for several platforms.
  echo '{ "features": { "containerd-snapshotter": true } }' >"$work/theirs/daemon.json"
  PATH=$peers/bin:$work/theirs/bin:$PATH "$peers/bin/dockerd" --config-file "$work/theirs/daemon.json" --registry-mirror "http://localhost:$mirror_port" \
    --data-root "$work/theirs/data" --exec-root "$work/theirs/exec" -p "$work/theirs/pid" \
    -H "unix://$work/theirs/docker.sock" --bridge=none --iptables=false --ip6tables=false >"$work/theirs/dockerd.log" 2>&1 &
  dockerd_pid=$!
  pids+=("$dockerd_pid")
  for i in $(seq 600); do
    ! curl -fsS -o /dev/null --unix-socket "$work/theirs/docker.sock" http://docker/_ping 2>/dev/null || return 0
    kill -0 "$dockerd_pid" 2>/dev/null || break
    sleep 0.1
  done
  die "dockerd did not start: $(tail -n 5 "$work/theirs/dockerd.log")"
}

# All get the base image from the same registry, which stands for Docker Hub, and push to another one.
start_sides() {
  need_base_image
  start_registry "$work/mirror"
  pids+=("$registry_pid")
  mirror_port=$registry_port
  push_layout "$mirror_port" "$root/out/base-images" library/busybox 1.36
  start_registry "$work/registry"
  pids+=("$registry_pid")
  registry=localhost:$registry_port
  start_docker
  mkdir -p "$work/ours/docker" "$work/buildah"
  cat >"$work/ours/buildkitd.toml" <<TOML
[registry."docker.io"]
  mirrors = ["localhost:$mirror_port"]
[registry."localhost:$mirror_port"]
  http = true
[registry."$registry"]
  http = true
TOML
  cat >"$work/buildah/registries.conf" <<TOML
unqualified-search-registries = ["docker.io"]
[[registry]]
prefix = "docker.io"
location = "localhost:$mirror_port"
insecure = true
[[registry]]
location = "$registry"
insecure = true
TOML
  create_ours
}
create_ours() { ours create --name bench --use --buildkitd-config "$work/ours/buildkitd.toml" >/dev/null; }

# prune  Forgets all that was built, on all sides.
prune() {
  attempt ours prune --all --force
  attempt theirs prune --all --force
  if command -v buildah >/dev/null; then attempt buildah rmi --all --force; fi
  sync
}

# stop_process PID  SIGTERM, and SIGKILL after 20 seconds.
stop_process() {
  local i
  kill "$1" 2>/dev/null || return 0
  for i in $(seq 200); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# peak_memory SIDE  The most memory that the engine's processes held at once so far, in MB: for theirs dockerd and its containerd.
peak_memory() {
  local pid total=0
  local -a engine
  if [ "$1" = ours ]; then engine=("$(pgrep -f "$work/ours/state" | head -n 1 || true)")
  else engine=("$dockerd_pid" "$(pgrep -f "$work/theirs/exec/containerd/containerd.toml" | head -n 1 || true)"); fi
  for pid in "${engine[@]}"; do
    total=$((total + $(awk '/^VmHWM:/ { print int($2 / 1024) }' "/proc/${pid:-none}/status" 2>/dev/null || echo 0)))
  done
  echo "$total"
}
# forget_peak_memory  From here on it is counted anew.
forget_peak_memory() {
  local pid
  for pid in $(pgrep -f "$work/ours/state" || true) "$dockerd_pid" $(pgrep -f "$work/theirs/exec/containerd/containerd.toml" || true); do
    echo 5 2>/dev/null >"/proc/$pid/clear_refs" || true
  done
}
