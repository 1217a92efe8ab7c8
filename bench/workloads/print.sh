# The plan of a matrix of five flavors in many versions, with a function, inheritance and two platforms; no engine is asked.
# Five flavors of a hundred versions, with a function, inheritance and two platforms.
title='bake --print of 500 targets' runs=15 full=500
prepare() {
  sed "s/VERSIONS/$((size / 5))/" >docker-bake.hcl <<'HCL'
variable "TAG" { default = "dev" }
variable "REGISTRY" { default = "registry.example.com" }
function "tags" {
  params = [name, version]
  result = ["${REGISTRY}/${name}:${version}", "${REGISTRY}/${name}:${version}-${TAG}"]
}
target "_common" {
  args      = { TAG = TAG, TOOLCHAIN = "1.23" }
  labels    = { "org.opencontainers.image.version" = TAG }
  platforms = ["linux/amd64", "linux/arm64"]
}
target "default" {
  inherits   = ["_common"]
  name       = "app-${flavor}-${replace(version, ".", "-")}"
  matrix     = {
    flavor  = ["alpine", "debian", "ubuntu", "fedora", "busybox"]
    version = [for i in range(VERSIONS) : "1.${i}"]
  }
  context    = "./app"
  dockerfile = "Dockerfile.${flavor}"
  args       = { VERSION = version, FLAVOR = flavor }
  labels     = { "org.opencontainers.image.title" = upper(flavor) }
  tags       = tags("app", "${version}-${flavor}")
  output     = ["type=registry"]
}
HCL
  warm_up
}
run() { "$1" bake --print; }
