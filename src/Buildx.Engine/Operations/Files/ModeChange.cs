using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Buildx.Engine.Operations.Files;

/// <summary>
/// A change of permission bits, as <c>chmod</c> writes it: octal (<c>0755</c>) or symbolic (<c>u+x,go-w</c>, <c>a=rX</c>,
/// <c>g=u</c>). There is no umask: <c>+x</c> means <c>a+x</c>.
/// </summary>
internal sealed class ModeChange
{
    private const uint Permissions = 0x1FF; // 0777
    private const uint AllBits = 0xFFF; // 07777
    private const uint SetUser = 0x800;
    private const uint SetGroup = 0x400;
    private const uint Sticky = 0x200;
    private const uint ReadAll = 0x124; // 0444
    private const uint WriteAll = 0x92; // 0222
    private const uint ExecuteAll = 0x49; // 0111
    private const uint UserClass = 0x1C0 | SetUser;
    private const uint GroupClass = 0x38 | SetGroup;
    private const uint OtherClass = 0x7 | Sticky;

    private readonly ImmutableArray<Step> _steps;

    private ModeChange(string text, uint? absolute, ImmutableArray<Step> steps)
    {
        Text = text;
        Absolute = absolute;
        _steps = steps;
    }

    /// <summary>The change as it was written; equal texts make equal changes.</summary>
    public string Text { get; }

    /// <summary>The whole mode when it does not depend on the file's own.</summary>
    public uint? Absolute { get; }

    public static ModeChange FromBits(uint mode) =>
        new("0" + Convert.ToString(mode & AllBits, 8), mode & AllBits, []);

    /// <exception cref="FormatException">Not a mode.</exception>
    public static ModeChange Parse(string text) =>
        TryParse(text, out var change)
            ? change
            : throw new FormatException($"\"{text}\" is not a file mode: want octal digits such as 0755, or changes such as u+x,go-w");

    public static bool TryParse(string text, [NotNullWhen(true)] out ModeChange? change)
    {
        change = null;
        if (text.Length == 0)
            return false;
        if (char.IsAsciiDigit(text[0]))
        {
            uint bits = 0;
            foreach (var digit in text)
            {
                if (digit is < '0' or > '7' || bits > AllBits)
                    return false;
                bits = (bits << 3) | (uint)(digit - '0');
            }
            if (bits > AllBits)
                return false;
            change = new ModeChange(text, bits, []);
            return true;
        }

        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (var clause in text.Split(','))
        {
            if (!ParseClause(clause, steps))
                return false;
        }
        change = new ModeChange(text, null, steps.ToImmutable());
        return true;
    }

    /// <param name="mode">Permission bits of the file, with setuid, setgid and sticky.</param>
    public uint Apply(uint mode, bool isDirectory)
    {
        if (Absolute is { } absolute)
            return absolute;
        mode &= AllBits;
        foreach (var step in _steps)
            mode = step.Apply(mode, isDirectory);
        return mode;
    }

    public override string ToString() => Text;

    private static bool ParseClause(string clause, ImmutableArray<Step>.Builder steps)
    {
        var at = 0;
        uint who = 0;
        for (; at < clause.Length && "ugoa".Contains(clause[at]); at++)
            who |= ClassOf(clause[at]);
        if (who == 0)
            who = AllBits;
        if (at == clause.Length)
            return false;
        while (at < clause.Length)
        {
            var operation = clause[at++];
            if (operation is not ('+' or '-' or '='))
                return false;
            uint bits = 0;
            uint copyFrom = 0;
            var executeIfAny = false;
            if (at < clause.Length && clause[at] is 'u' or 'g' or 'o')
            {
                copyFrom = ClassOf(clause[at++]);
            }
            else
            {
                for (; at < clause.Length && clause[at] is not ('+' or '-' or '='); at++)
                {
                    switch (clause[at])
                    {
                        case 'r': bits |= ReadAll; break;
                        case 'w': bits |= WriteAll; break;
                        case 'x': bits |= ExecuteAll; break;
                        case 'X': executeIfAny = true; break;
                        case 's': bits |= SetUser | SetGroup; break;
                        case 't': bits |= Sticky; break;
                        default: return false;
                    }
                }
            }
            steps.Add(new Step(operation, who, bits, copyFrom, executeIfAny));
        }
        return true;
    }

    private static uint ClassOf(char letter) => letter switch
    {
        'u' => UserClass,
        'g' => GroupClass,
        'o' => OtherClass,
        _ => AllBits,
    };

    private readonly record struct Step(char Operation, uint Who, uint Bits, uint CopyFrom, bool ExecuteIfAny)
    {
        public uint Apply(uint mode, bool isDirectory)
        {
            var value = Bits;
            if (CopyFrom != 0)
            {
                var source = mode & CopyFrom & Permissions;
                value = ((source & ReadAll) != 0 ? ReadAll : 0)
                    | ((source & WriteAll) != 0 ? WriteAll : 0)
                    | ((source & ExecuteAll) != 0 ? ExecuteAll : 0);
            }
            if (ExecuteIfAny && (isDirectory || (mode & ExecuteAll) != 0))
                value |= ExecuteAll;
            value &= Who;
            return Operation switch
            {
                '+' => mode | value,
                '-' => mode & ~value,
                _ => (mode & ~Who) | value,
            };
        }
    }
}
