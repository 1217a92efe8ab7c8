namespace Buildx.Cli.Tools;

/// <summary>The command line of the program <c>binfmt</c> of the image <c>tonistiigi/binfmt</c>: single and double dashes are alike.</summary>
internal static class BinfmtTool
{
    public static IReadOnlyList<string> ToCommandLine(IReadOnlyList<string> args) =>
        ["binfmt", .. args.Select(arg => arg.Length > 2 && arg[0] == '-' && arg[1] != '-' ? "-" + arg : arg)];
}
