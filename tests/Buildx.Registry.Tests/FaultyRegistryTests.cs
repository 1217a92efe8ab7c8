using System.Collections.Concurrent;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Registry.Tests;

public class FaultyRegistryTests
{
    private const int Seeds = 300;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pushes_and_pulls_through_a_faulty_network_end_right_or_with_a_clear_error_and_never_with_a_wrong_image()
    {
        using var tokens = new TokenServer();
        await using var registry = await RegistryServer.StartAsync(new RegistryServerOptions { Token = tokens.Options }, Cancellation);
        var wrong = new ConcurrentBag<string>();
        var (pushed, pulled) = (0, 0);

        await Parallel.ForEachAsync(Enumerable.Range(1, Seeds), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (seed, token) =>
        {
            await using var proxy = await FaultyProxy.StartAsync(registry.Host, seed, token);
            var random = new Random(seed);
            var image = TestImage.Make(random.Next(1, 400_000));
            var name = $"faulty/{seed}";
            using var client = Client();
            using var direct = Client();
            var faulty = client.Open(ImageReference.Parse($"{proxy.Host}/{name}:t"), Login(proxy.Host));
            var real = direct.Open(ImageReference.Parse($"{registry.Host}/{name}:t"), Login(registry.Host));

            var failure = await FailureOfAsync(() => image.PushAsync(faulty, "t", token));
            if (failure is null)
                Interlocked.Increment(ref pushed);
            Check(failure, proxy, "push");
            // What the registry has under the tag is the image, or nothing when the push said that it failed.
            var stored = await FailureOfAsync(() => PullAsync(real, registry.Host, name, image, token));
            if (stored is not null && (failure is null || stored is not RegistryException { Kind: RegistryErrorKind.NotFound }))
                wrong.Add($"seed {seed}: the push said {failure?.Message ?? "yes"}, but {stored}\n{string.Join('\n', proxy.Faults)}");

            if (failure is not null)
                await image.PushAsync(real, "t", token);
            failure = await FailureOfAsync(() => PullAsync(faulty, proxy.Host, name, image, token));
            if (failure is null)
                Interlocked.Increment(ref pulled);
            Check(failure, proxy, "pull");

            void Check(Exception? failure, FaultyProxy proxy, string what)
            {
                if (failure is null)
                    return;
                var isClear = failure is (RegistryException or InvalidDataException) && failure.Message.Contains(proxy.Host, StringComparison.Ordinal)
                    && !failure.ToString().Contains(TokenServer.Password, StringComparison.Ordinal);
                if (!isClear)
                    wrong.Add($"seed {seed}, {what}: {failure}\n{string.Join('\n', proxy.Faults)}");
            }
        });

        Assert.True(wrong.IsEmpty, string.Join("\n\n", wrong.Take(10)));
        // A fault in four requests is no reason to give up.
        Assert.InRange(pushed, Seeds * 3 / 4, Seeds);
        Assert.InRange(pulled, Seeds / 2, Seeds);
    }

    private static RegistryClient Client() => new(RegistryConfiguration.Default);

    private static FixedCredentials Login(string host) => new(host, RegistryCredential.FromPassword(TokenServer.UserName, TokenServer.Password));

    private static async Task PullAsync(RemoteRepository repository, string host, string name, TestImage image, CancellationToken cancellationToken)
    {
        var resolved = await repository.ResolveAsync(ImageReference.Parse($"{host}/{name}:t"), cancellationToken);
        var manifest = await repository.GetManifestAsync(resolved, cancellationToken);
        Assert.Equal(image.Manifest, manifest.Json);
        Assert.Equal(image.Config, await repository.ReadBlobAsync(image.ConfigDescriptor, cancellationToken));
        await using var layer = await repository.OpenBlobAsync(image.LayerDescriptor, cancellationToken: cancellationToken);
        var content = new MemoryStream();
        await layer.CopyToAsync(content, cancellationToken);
        Assert.Equal(image.Layer, content.ToArray());
    }

    private static async Task<Exception?> FailureOfAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return e;
        }
    }
}
