using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Buildx.Dockerfile.Tests.Properties;

/// <summary>
/// Words mean the same here and in <c>sh</c> (an assignment: no cutting into words, no file names), as far as the two rules agree.
/// They differ, so that no such word is made:
/// <list type="bullet">
/// <item>blanks and ; &amp; | &lt; &gt; ( ) ` outside of quotes end a word there, and are part of it here; ~ is a home directory there;</item>
/// <item>a backquote runs a command there, also in double quotes, and can be escaped in these;</item>
/// <item>$1 $@ $* $# $? $- $$ $! are parameters there, and names like any other here; ${#v} is a length there;</item>
/// <item>${v/p/r} is not known there;</item>
/// <item>what is behind an operator is expanded here even when it is not used, so that a ${v?} in it fails;</item>
/// <item>in a pattern [ begins a set there, quotes take the meaning from * and ?, and a backslash may stand before anything;</item>
/// <item>quotes and backslashes inside of "${v:-…}" stay as they are there;</item>
/// <item>? in a pattern is a byte there, so values here are ASCII.</item>
/// </list>
/// </summary>
public sealed class ExpansionProperties
{
    private static readonly string[] Environment = ["A=a/b/c.tar.gz", "B=", "C=x y  z", "D=${A}'\"", "E=aaaa", "F=a*b?c", "STAR=*", "LONG_name1=/usr/local/bin"];

    [Fact]
    public void Words_expand_as_a_shell_expands_them()
    {
        var words = Gen.OneOf(Word(4), Word(3), Word(2), Word(2).Select(word => word + "\""), Word(1).Select(word => "${" + word), Required).Sample(2500, 40).Where(word => word.Length is > 0 and < 2000 && !word.Contains('\n')).Distinct().ToArray();
        var expected = AskShell(words);
        var expander = new WordExpander('\\');
        var variables = VariableSet.FromEnvironment(Environment);
        var failures = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            string? actual;
            try
            {
                actual = expander.Expand(words[i], variables).Text;
            }
            catch (ExpansionException)
            {
                actual = null;
            }
            if (actual != expected[i])
                failures.Add($"{words[i]}: sh says {expected[i] ?? "an error"}, we say {actual ?? "an error"}");
        }
        Assert.True(words.Length > 500, "too few words were made");
        Assert.Contains(expected, value => value is null);
        Assert.True(failures.Count == 0, $"{failures.Count} of {words.Length}\n" + string.Join('\n', failures.Take(20)));
    }

    private static Gen<string> Word(int depth) =>
        from pieces in Gen.ListOf(Gen.OneOf(Plain, Escaped, Variable, Substitution(depth), SingleQuoted, DoubleQuoted(depth)), depth)
        select string.Concat(pieces);

    private static Gen<string> Plain => Gen.Elements("a", "b", "/", ".", "x=y", "*", "?", "0", "-", ":", "%", "+", ",", "@", "}", "[", "]", "^");

    private static Gen<string> Escaped => Gen.Elements("\\$", "\\\\", "\\\"", "\\'", "\\a", "\\ ", "\\{", "\\*", "\\#");

    private static Gen<string> Name => Gen.Elements("A", "B", "C", "D", "E", "F", "STAR", "LONG_name1", "UNSET", "UNSET_2");

    private static Gen<string> Variable => Gen.OneOf(Name.Select(name => "${" + name + "}"), Name.Select(name => "$" + name + "/"), Gen.Constant("$/"));

    private static Gen<string> SingleQuoted => Gen.Elements("'a b'", "'$A'", "'\\'", "'\"'", "''", "'}'", "'${'");

    private static Gen<string> DoubleQuoted(int depth) =>
        from pieces in Gen.ListOf(Gen.OneOf(
            Gen.Elements("a b", "'", "\\$", "\\\\", "\\\"", "\\a", "}", "*", "x"), Name.Select(name => "${" + name + "}"), SubstitutionOf(PlainWord, Math.Min(depth, 1))), 2)
        select $"\"{string.Concat(pieces)}\"";

    private static Gen<string> PlainWord => Gen.Elements("", "x", "a b", "/", "${A}", "${B:-y}", "*");

    private static Gen<string> Substitution(int depth) =>
        depth <= 0 ? Gen.Constant("${A}") : SubstitutionOf(Gen.OneOf(Word(depth - 1).Where(word => !word.Contains('}')), Word(depth - 2 < 0 ? 0 : depth - 2), Gen.Constant("a b")), depth);

    private static Gen<string> SubstitutionOf(Gen<string> word, int depth) => Gen.OneOf(
        from name in Name
        from operation in Gen.Elements(":-", "-", ":+", "+")
        from value in depth <= 0 ? Gen.Constant("x") : word
        select "${" + name + operation + value + "}",
        from name in Name
        from operation in Gen.Elements("#", "##", "%", "%%")
        from pattern in Pattern
        select "${" + name + operation + pattern + "}");

    private static Gen<string> Required =>
        from before in Word(1)
        from name in Name
        from operation in Gen.Elements(":?", "?")
        from message in Gen.Elements("", "no", "'a b'", "${A}")
        select before + "${" + name + operation + message + "}";

    private static Gen<string> Pattern =>
        from pieces in Gen.ListOf(Gen.Elements("a", "*", "?", "/", ".", "\\*", "\\?", "${STAR}", "$STAR", "tar", "b", "z", "/usr", "*/", ".*"), 2)
        select string.Concat(pieces);

    /// <returns>For each word what it expands to; null when the shell refuses it.</returns>
    private static string?[] AskShell(string[] words)
    {
        const string Script =
            """
            while IFS= read -r w; do
              (eval "v=$w
            printf '=%s\\0' \"\$v\"") 2>/dev/null || printf '!\0'
            done
            """;
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        start.Environment.Clear();
        foreach (var variable in Environment)
            start.Environment[variable[..variable.IndexOf('=')]] = variable[(variable.IndexOf('=') + 1)..];
        start.Environment["PATH"] = "/usr/bin:/bin";
        using var shell = Process.Start(start)!;
        var writing = Task.Run(() =>
        {
            foreach (var word in words)
                shell.StandardInput.WriteLine(word);
            shell.StandardInput.Close();
        });
        var answers = shell.StandardOutput.ReadToEnd().Split('\0')[..^1];
        writing.GetAwaiter().GetResult();
        Assert.Equal(words.Length, answers.Length);
        return answers.Select(answer => answer[0] == '=' ? answer[1..] : null).ToArray();
    }
}
