# What this repository makes, by its own `bake`:
#
#   images/base/make      the busybox image for eight platforms, from Debian's packages     target base
#   images/engine/make    the engine's image, and one that installs emulators               targets engine, binfmt
#   scripts/release       the executable as it is handed out, with checksums                target release
#
# Those scripts fill the directories below, because packages come from apt and the executable from dotnet, and call it.

variable "NAME" {
  default     = "buildx-engine:latest"
  description = "name of the engine's image"
}

variable "BINFMT_NAME" {
  default     = "buildx-binfmt:latest"
  description = "name of the image that installs emulators"
}

variable "VERSION" {
  default     = "dev"
  description = "of the release, in the names of its files"
  validation {
    condition     = VERSION == regex_replace(VERSION, "[^0-9A-Za-z.+-]", "")
    error_message = "A version has letters, digits, dots, plus and minus signs only."
  }
}

variable "PLATFORMS" {
  type        = list(string)
  default     = [BAKE_LOCAL_PLATFORM]
  description = "of the release: those that there are executables for"
}

variable "FILES" {
  default     = "out/files"
  description = "directory that the scripts fill: roots/ (base), packages/ and bin/ (engine), executables/ (release)"
}

variable "BASE" {
  default     = "out/base-images"
  description = "OCI layout of the base image"
}

variable "DESTINATION" {
  default     = "out"
  description = "directory of the results"
}

group "default" {
  targets = ["engine", "binfmt"]
}

target "_common" {
  context = "images"
  labels = {
    "org.opencontainers.image.licenses" = "Apache-2.0"
    "org.opencontainers.image.version"  = VERSION
  }
}

target "base" {
  description = "busybox for eight platforms"
  context     = "images"
  dockerfile  = "base/Dockerfile"
  contexts    = { roots = "${FILES}/roots" }
  platforms = [
    "linux/386", "linux/amd64", "linux/arm/v5", "linux/arm/v7", "linux/arm64", "linux/mips64le", "linux/ppc64le", "linux/s390x",
  ]
  tags   = ["busybox:latest"]
  # The same packages are to give the same bytes.
  attest = ["type=provenance,disabled=true"]
  output = ["type=oci,dest=${DESTINATION}/base.tar,rewrite-timestamp=true"]
}

target "engine" {
  inherits    = ["_common"]
  description = "what the driver docker-container runs"
  dockerfile  = "engine/Dockerfile"
  contexts = {
    packages   = "${FILES}/packages"
    executable = "${FILES}/bin"
  }
  tags   = [NAME]
  output = ["type=docker,dest=${DESTINATION}/engine.tar"]
}

target "binfmt" {
  inherits    = ["_common"]
  description = "installs emulators on a machine"
  dockerfile  = "binfmt/Dockerfile"
  contexts    = { engine = "target:engine" }
  tags        = [BINFMT_NAME]
  output      = ["type=docker,dest=${DESTINATION}/binfmt.tar"]
}

target "release" {
  description = "executables and archives with their checksums"
  context     = "images"
  dockerfile  = "release/Dockerfile"
  contexts = {
    busybox     = "oci-layout://${BASE}"
    executables = "${FILES}/executables"
    root        = "."
  }
  args      = { VERSION = VERSION }
  platforms = PLATFORMS
  output    = ["type=local,dest=${DESTINATION}/release,platform-split=false"]
}
