namespace Buildx.Bench;

/// <summary>Something to be measured inside of one process.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>What <c>--shape</c> may be; the first is the usual one.</summary>
    IReadOnlyList<string> Shapes { get; }

    /// <summary>Makes the input, which is not measured.</summary>
    /// <returns>One run, which gives what it took in milliseconds, by part.</returns>
    Func<IReadOnlyList<(string Part, double Milliseconds)>> Prepare(string shape, int size);
}
