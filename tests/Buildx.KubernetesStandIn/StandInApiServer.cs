using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Buildx.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Buildx.KubernetesStandIn;

/// <summary>
/// A stand-in for a Kubernetes cluster: its API as far as builders use it, with what a cluster does about the objects it is given. Not
/// Kubernetes: nothing is scheduled, no image is pulled. Each pod is our engine as a process of this machine, started with what the
/// pod's specification says; images with certain names stand for what goes wrong (see <see cref="StandInPod"/>).
/// Every object is checked as <see cref="ObjectRules"/> says.
/// </summary>
public sealed class StandInApiServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _requests = [];
    private readonly string _executable;
    private readonly Cluster _cluster;
    private WebApplication? _application;

    private StandInApiServer(string executable)
    {
        _executable = executable;
        _cluster = new Cluster(_directory.Path, executable);
    }

    /// <summary>The bearer token that requests must have, with TLS; clients send none without.</summary>
    public string Token { get; } = "token-" + Guid.NewGuid().ToString("N");

    public Uri Server { get; private set; } = null!;

    /// <summary>For programs run in pods.</summary>
    public string Protocol { get; set; } = "v5.channel.k8s.io";

    /// <summary><c>VERB COLLECTION</c> that nobody may do, e.g. <c>create deployments</c>.</summary>
    public HashSet<string> Forbidden { get; } = [];

    /// <summary><c>VERB COLLECTION[/NAME]</c> of what came.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>Names of pods that a program was run in.</summary>
    public IReadOnlyList<string> Executions => [.. Requests.Where(request => request.StartsWith("exec pods/", StringComparison.Ordinal)).Select(request => request["exec pods/".Length..])];

    /// <param name="executable">What pods run.</param>
    /// <param name="usesTls">With a certificate of its own authority, and clients may have certificates instead of the token.</param>
    public static async Task<StandInApiServer> StartAsync(string executable, bool usesTls = false, CancellationToken cancellationToken = default)
    {
        var standIn = new StandInApiServer(executable);
        TestCertificates.Write(standIn._directory.Path);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (usesTls)
            {
                using var fresh = X509Certificate2.CreateFromPemFile(standIn.FilePath(TestCertificates.ServerCertificateFile), standIn.FilePath(TestCertificates.ServerKeyFile));
                listen.UseHttps(X509CertificateLoader.LoadPkcs12(fresh.Export(X509ContentType.Pkcs12), null), https =>
                {
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.AllowAnyClientCertificate();
                });
            }
        }));
        var application = builder.Build();
        application.UseWebSockets();
        application.Run(standIn.AnswerAsync);
        await application.StartAsync(cancellationToken);
        standIn._application = application;
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        standIn.Server = new Uri(address);
        return standIn;
    }

    /// <summary>A file of <see cref="TestCertificates"/>.</summary>
    public string FilePath(string name) => Path.Combine(_directory.Path, name);

    /// <summary>An object as it was given; null when there is none.</summary>
    public JsonNode? Find(string collection, string name) => _cluster.Find(collection, name)?.DeepClone();

    public IReadOnlyList<string> Names(string collection) => _cluster.Names(collection);

    /// <summary>A kubeconfig with the token.</summary>
    /// <param name="space">The context's namespace; null for none.</param>
    public string KubeConfig(string? user = null, string? space = null) => $"""
        apiVersion: v1
        kind: Config
        current-context: stand-in
        contexts:
        - name: stand-in
          context: {"{"} cluster: here, user: somebody{(space is null ? "" : $", namespace: {space}")} {"}"}
        clusters:
        - name: here
          cluster:
            server: {Server.ToString().TrimEnd('/')}
        {(Server.Scheme == "https" ? $"    certificate-authority-data: {Convert.ToBase64String(File.ReadAllBytes(FilePath(TestCertificates.AuthorityFile)))}" : "")}
        users:
        - name: somebody
          user:
        {user ?? $"    token: {Token}"}
        """;

    /// <summary>Ends a pod as a cluster does that takes it from a node; another takes its place.</summary>
    public Task EvictAsync(string pod) => _cluster.EvictAsync(pod);

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _application.StopAsync(now.Token);
            await _application.DisposeAsync();
        }
        await _cluster.DisposeAsync();
        _directory.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            var address = ObjectAddress.Parse(context.Request.Path);
            var verb = address is null ? context.Request.Method : address.Verb(context.Request.Method);
            lock (_requests)
                _requests.Add(address is null ? $"{verb} {context.Request.Path}" : $"{verb} {address.Collection}{(address.Name is null ? "" : $"/{address.Name}")}");
            if (context.Request.IsHttps ? context.Request.Headers.Authorization != $"Bearer {Token}" && context.Connection.ClientCertificate is null : context.Request.Headers.Authorization.Count > 0)
                await StatusAsync(context, 401, "Unauthorized", "Unauthorized");
            else if (address is null)
                await StatusAsync(context, 404, "NotFound", "the server could not find the requested resource");
            else if (Forbidden.Contains($"{verb} {address.Collection}"))
                await StatusAsync(context, 403, "Forbidden", $"{address.Collection} is forbidden: User \"somebody\" cannot {verb} resource \"{address.Collection}\" in the namespace \"{address.Namespace}\"");
            else
                await AnswerAsync(context, address, verb);
        }
        catch (RefusedException e)
        {
            await StatusAsync(context, e.Status, e.Reason, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException && !context.Response.HasStarted)
        {
            await StatusAsync(context, 500, "InternalError", $"the stand-in failed: {e}");
        }
    }

    private async Task AnswerAsync(HttpContext context, ObjectAddress address, string verb)
    {
        switch (verb)
        {
            case "exec":
                await PodExecution.RunAsync(context, _executable, _cluster.FindPod(address.Name!) ?? throw RefusedException.NotFound("pods", address.Name!), Protocol);
                break;
            case "log":
                var pod = _cluster.FindPod(address.Name!) ?? throw RefusedException.NotFound("pods", address.Name!);
                var lines = int.Parse(context.Request.Query["tailLines"].FirstOrDefault() ?? "1000", System.Globalization.CultureInfo.InvariantCulture);
                await context.Response.WriteAsync(pod.ReadLog(lines, context.Request.Query["container"].FirstOrDefault()));
                break;
            case "list":
                await JsonAsync(context, 200, _cluster.List(address, context.Request.Query["labelSelector"].FirstOrDefault(), context.Request.Query["fieldSelector"].FirstOrDefault()));
                break;
            case "get":
                await JsonAsync(context, 200, _cluster.Get(address));
                break;
            case "create" or "update":
                var value = await ReadAsync(context);
                ObjectRules.Check(address, value, await OpenApiSchema.LoadAsync());
                await JsonAsync(context, verb == "create" ? 201 : 200, verb == "create" ? _cluster.Create(address, value) : _cluster.Replace(address, value));
                break;
            case "delete":
                await _cluster.DeleteAsync(address);
                await StatusAsync(context, 200, "", "");
                break;
            default:
                throw new RefusedException(405, "MethodNotAllowed", $"the stand-in does not {verb} {address.Collection}");
        }
    }

    private static async Task<JsonObject> ReadAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted);
        return context.Request.ContentType == ProtobufObjects.ContentType
            ? ProtobufObjects.Read(content.ToArray())
            : JsonNode.Parse(content.ToArray()) as JsonObject ?? throw new RefusedException(400, "BadRequest", "want an object");
    }

    private static Task StatusAsync(HttpContext context, int status, string reason, string message) => JsonAsync(context, status, new JsonObject
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["status"] = status < 300 ? "Success" : "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = status,
    });

    private static async Task JsonAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), context.RequestAborted);
    }
}
