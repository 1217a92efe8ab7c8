using System.Collections.Concurrent;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Images;

/// <summary>
/// What tags meant in one build: each is asked for once, so that all steps and platforms see the same image, whatever is pushed
/// meanwhile.
/// </summary>
internal sealed class ImageResolutions
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Descriptor>>> _resolutions = new(StringComparer.Ordinal);

    /// <param name="reference">The full name, with what else the answer depends on.</param>
    public Task<Descriptor> OnceAsync(string reference, Func<Task<Descriptor>> resolve) =>
        _resolutions.GetOrAdd(reference, _ => new Lazy<Task<Descriptor>>(resolve)).Value;
}
