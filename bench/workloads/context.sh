# The first build of files of 1 MB that no engine has seen. A directory of its own for each run, and new content.
title='1 GB context, every file changed' runs=5 budget=0.35 full=1000
before() {
  context=context-$1
  mkdir -p "$context/data"
  printf 'FROM busybox:1.36\nCOPY data /data\n' >"$context/Dockerfile"
  head -c "${size}000000" /dev/urandom | split -b 1000000 -a 4 -d - "$context/data/"
  sync
}
run() { build "$1" "$context"; }
