# A large .dockerignore leaves a tenth of very many files; one of those has changed.
# shellcheck source=bench/workloads/tree.part
. "$root/bench/workloads/tree.part"
title='200,000 files, large .dockerignore' runs=5 full=200000
prepare() {
  local i
  many_files tree "$size" 100
  { for i in $(seq 300); do printf 'none-%s/**/*.log\n**/build-%s\n' "$i" "$i"; done
    printf 'tree/*[1-9]\n!tree/*/kept-*\n**/*.tmp\n'; } >.dockerignore
  printf 'FROM busybox:1.36\nCOPY . /app\n' >Dockerfile
  warm_up
}
before() {
  local directory
  for directory in tree/*0; do echo "$1 $RANDOM" >>"$directory/100"; break; done
  sync
}
run() { build "$1" .; }
