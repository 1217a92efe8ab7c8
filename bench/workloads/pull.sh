# An image of many layers is pulled from a registry and unpacked; nobody has any of it.
title='pull and unpack, 64 layers' runs=5 full=64
prepare() {
  { echo 'FROM busybox:1.36'
    for i in $(seq "$size"); do echo "RUN mkdir /d$i && for f in \$(seq 40); do head -c 20000 /dev/urandom | base64 > /d$i/\$f; done"; done; } >Dockerfile
  attempt export_to ours . --output "type=image,name=$registry/many:$size,push=true"
  mkdir app
  printf 'FROM %s/many:%s\nRUN ["true"]\n' "$registry" "$size" >app/Dockerfile
  prune
}
run() { build "$1" app; }
after() { prune; }
