using Buildx.Differential.Tests.Builders;
using Buildx.Differential.Tests.Comparing;
using Buildx.Differential.Tests.Reading;
using Buildx.TestSupport;

[assembly: AssemblyFixture(typeof(Buildx.Differential.Tests.Comparisons))]

namespace Buildx.Differential.Tests;

/// <summary>
/// Compares the cases, a few at a time, ahead of the tests that ask for the results one after another. $BUILDX_CASES, a part of
/// their names, picks some.
/// </summary>
public sealed class Comparisons : IAsyncLifetime
{
    private const int AtATime = 2;
    private static readonly Lazy<IReadOnlyList<Case>> Read = new(() => CaseFile.ReadAll(Path.Combine(RepositoryRoot.Path, "tests/Buildx.Differential.Tests/Cases")));

    private readonly Dictionary<string, TaskCompletionSource<IReadOnlyList<Difference>>> _results =
        Chosen.ToDictionary(one => one.Id, _ => new TaskCompletionSource<IReadOnlyList<Difference>>(TaskCreationOptions.RunContinuationsAsynchronously));

    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<Task> _running;

    public Comparisons() => _running = new(RunAsync);

    internal static IReadOnlyList<Case> All => Read.Value;

    internal static IEnumerable<Case> Chosen => All.Where(one =>
        one.Id.Contains(Environment.GetEnvironmentVariable("BUILDX_CASES") ?? "", StringComparison.OrdinalIgnoreCase));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_running.IsValueCreated)
            await _running.Value;
        _stop.Dispose();
    }

    internal async Task<IReadOnlyList<Difference>> GetAsync(string caseId)
    {
        _ = _running.Value;
        return await _results[caseId].Task;
    }

    private async Task RunAsync()
    {
        try
        {
            await using var bench = await Bench.StartAsync();
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = _stop.Token };
            await Parallel.ForEachAsync(Chosen, options, async (one, _) =>
            {
                try
                {
                    _results[one.Id].SetResult(await bench.CompareAsync(one));
                }
                catch (Exception e)
                {
                    _results[one.Id].SetException(e);
                }
            });
        }
        catch (OperationCanceledException)
        {
            // The tests are being ended.
        }
        catch (Exception e)
        {
            foreach (var result in _results.Values)
                result.TrySetException(e);
            throw;
        }
    }
}
