namespace Buildx.Dockerfile;

public sealed record HealthCheckInstruction(HealthCheck Check) : Instruction;
