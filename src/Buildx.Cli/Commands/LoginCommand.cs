using System.CommandLine;
using Buildx.Cli.CommandLine;
using Buildx.Registry;

namespace Buildx.Cli.Commands;

internal sealed class LoginCommand : CliCommand
{
    private readonly Option<string?> _username = Flag.Text("--username", "User name", "NAME", "-u");
    private readonly Option<string?> _password = Flag.Text("--password", "Password; others on this machine can see it, prefer --password-stdin", "PASSWORD", "-p");
    private readonly Option<bool> _passwordStdin = Flag.Switch("--password-stdin", "Read the password from standard input");
    private readonly Option<bool> _insecure = Flag.Switch("--insecure", "The registry speaks plain HTTP, or has a certificate that can't be verified");
    private readonly Option<string?> _ca = Flag.Text("--ca", "Trust the certificate authority in this file", "FILE");

    public LoginCommand()
        : base("login", "Log in to a registry; the credentials are kept where Docker keeps them")
    {
        foreach (var option in new Option[] { _username, _password, _passwordStdin, _insecure, _ca })
            Options.Add(option);
    }

    public override string ArgumentsUsage => "[REGISTRY]";

    public override int MaximumArguments => 1;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("login registry.example.com -u me", "asks for the password"),
        ("login registry.example.com -u me --password-stdin < token", "for scripts"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var registry = RegistryName.Normalize(invocation.FirstArgument);
        var username = invocation.Get(_username) ?? Ask(context, "Username: ");
        var password = ReadPassword(invocation, context);
        if (username.Length == 0 || password.Length == 0)
            throw new CliException("user name and password must not be empty");
        var configuration = new RegistryConfiguration
        {
            Hosts = new Dictionary<string, RegistryHostConfiguration>
            {
                [registry] = new()
                {
                    Http = invocation.Get(_insecure) ? true : null,
                    Insecure = invocation.Get(_insecure) ? true : null,
                    CertificateAuthorities = invocation.Get(_ca) is { } file ? [file] : [],
                },
            },
        };
        try
        {
            using var client = new RegistryClient(configuration);
            var credential = await RegistryLogin.VerifyAsync(client, registry, RegistryCredential.FromPassword(username, password), cancellationToken);
            var store = new DockerConfigCredentials(context.Docker.ConfigFile);
            if (await store.StoreAsync(registry, credential, cancellationToken))
                context.Warn($"the password is stored unencrypted in {context.Docker.ConfigFile}; a credential helper (credsStore) would keep it safe");
        }
        catch (Exception e) when (e is RegistryException or CredentialStoreException)
        {
            throw new CliException(e.Message, innerException: e);
        }
        await context.Out.WriteLineAsync("Login Succeeded");
        return 0;
    }

    private string ReadPassword(CommandInvocation invocation, CliContext context)
    {
        if (invocation.Get(_passwordStdin))
        {
            if (invocation.IsGiven(_password))
                throw new CliException("--password and --password-stdin can't be used together");
            return invocation.IsGiven(_username)
                ? Console.In.ReadToEnd().TrimEnd('\r', '\n')
                : throw new CliException("--password-stdin needs --username");
        }
        if (invocation.Get(_password) is not { } password)
            return Console.IsInputRedirected ? throw new CliException("there is no terminal to ask for the password at; use --password-stdin") : AskHidden(context);
        context.Warn("--password shows the password to everybody on this machine; use --password-stdin");
        return password;
    }

    private static string Ask(CliContext context, string question)
    {
        context.Error.Write(question);
        return Console.In.ReadLine()?.Trim() ?? "";
    }

    private static string AskHidden(CliContext context)
    {
        context.Error.Write("Password: ");
        var password = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
                password.Length = Math.Max(0, password.Length - 1);
            else
                password.Append(key.KeyChar);
        }
        context.Error.WriteLine();
        return password.ToString();
    }
}
