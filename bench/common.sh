# Sourced by the scripts beside it, after scripts/common.sh.
# shellcheck shell=bash

# compile_bench  Makes out/bench/Buildx.Bench, unless it is newer than all it is made of; sets bench to it.
compile_bench() {
  need_dotnet
  need_packages clang zlib1g-dev
  bench=$root/out/bench/Buildx.Bench
  if [ ! -x "$bench" ] || [ -n "$(find "$root/src" "$root/bench" "$root"/Directory.*.props -newer "$bench" -not -path '*/obj/*' -not -path '*/bin/*' -type f -print -quit)" ]; then
    say "Compiling out/bench/Buildx.Bench (a minute or two)"
    dotnet publish "$root/bench/Buildx.Bench" -c Release --use-current-runtime -o "$root/out/bench" -v quiet
  fi
}

# figures DECIMALS  The median (minimum–maximum) of the numbers on standard input.
figures() {
  sort -n | awk -v format="%.$1f (%.$1f–%.$1f)" '{ a[NR] = $1 } END { printf format, a[int((NR + 1) / 2)], a[1], a[NR] }'
}

# part NAME  The figures of one part of the runs of Buildx.Bench on standard input.
part() { awk -v part="$1" '$1 == part { print $2 }' | figures 1; }
