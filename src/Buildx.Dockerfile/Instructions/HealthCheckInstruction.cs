using Buildx.Oci;

namespace Buildx.Dockerfile;

public sealed record HealthCheckInstruction(Healthcheck Check) : Instruction;
