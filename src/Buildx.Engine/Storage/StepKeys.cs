using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>By what a step is found again when something of it has changed.</summary>
/// <param name="Place">Where in whose build it is.</param>
/// <param name="Operation">What it does, on whatever platform.</param>
/// <param name="Base">The record that it is built on; empty for none.</param>
/// <param name="Text">The instruction, as the user wrote it.</param>
internal sealed record StepKeys(Digest Place, Digest Operation, string Base, string Text);
