# From nothing: no engine runs, no builder exists, the page cache is empty. The example for eight platforms is built and pushed, with
# everything from creating the builder on being timed. Theirs would be a docker-container builder with BuildKit's own image, which can't
# be had from Debian. So it is timed in two parts, which together take no longer than that would: a docker-container builder is created and
# started (its image holds this project's engine), then the BuildKit inside Docker Engine, which runs already and has the base
# image, makes and pushes as many images, whose steps are shorter (see platforms.sh for what its emulation can't do).
title='cold start: create, eight platforms, push' runs=5 budget=0.5
prepare() {
  attempt env BUILDX_EXECUTABLE="$buildx" "$root/images/engine/make" "$place/engine.tar" buildx-engine:bench
  DOCKER_HOST=unix://$work/theirs/docker.sock attempt "$peers/bin/docker" load -i "$place/engine.tar"
  printf 'FROM busybox:1.36\nARG TARGETPLATFORM\nARG ROUND\nRUN echo "$ROUND $TARGETPLATFORM" > /platform\n' >Dockerfile
  builder=none builders=()
  attempt build_theirs
  attempt ours stop bench
}
before() {
  builder=cold-$1
  builders+=("$builder")
  empty_cache
}
run() { "start_and_build_$1"; }
start_and_build_ours() {
  ours create --name "$builder" --buildkitd-config "$work/ours/buildkitd.toml"
  ours build --builder "$builder" --progress=plain --output "type=image,name=$registry/cold-ours,push=true" \
    --platform="$eight_platforms" "$root/examples/platforms"
}
start_and_build_theirs() {
  theirs create --name "$builder" --bootstrap --driver docker-container --driver-opt image=buildx-engine:bench \
    --driver-opt network=host --buildkitd-config "$work/ours/buildkitd.toml"
  build_theirs
}
build_theirs() {
  export_to theirs . --build-arg "ROUND=$builder" --output "type=image,name=$registry/cold-theirs,push=true" \
    --platform="$eight_emulated"
}
behind() {
  attempt "$1" stop "$builder"
  empty_cache
}
empty_cache() {
  sync
  echo 3 >/proc/sys/vm/drop_caches
}
finish() {
  for builder in "${builders[@]}"; do
    ours rm --force "$builder" >/dev/null 2>&1 || true
    theirs rm --force "$builder" >/dev/null 2>&1 || true
  done
}
