namespace Buildx.Protocol.Explanations;

/// <summary>For what a step may have to run.</summary>
public static class CauseKinds
{
    /// <summary>There is no earlier result to compare with.</summary>
    public const string New = "new";

    /// <summary>It was asked for: <c>--no-cache</c>, <c>--no-cache-filter</c>.</summary>
    public const string NoCache = "no-cache";

    /// <summary>Its result is known, but its files were removed from the cache, and something needs them.</summary>
    public const string Pruned = "pruned";

    /// <summary>An imported cache knows the result, but has no files of it.</summary>
    public const string NotInCache = "not-in-cache";

    /// <summary>Nothing but a step before it, the subject, ran and came out otherwise.</summary>
    public const string Follows = "follows";

    /// <summary>It is built on another step than before.</summary>
    public const string Base = "base";

    /// <summary>A file that it reads.</summary>
    public const string File = "file";

    /// <summary>Files that it reads, which are too many to tell apart.</summary>
    public const string Files = "files";

    /// <summary>Another source than before, e.g. another base image.</summary>
    public const string Source = "source";

    /// <summary>The same name, but another image now.</summary>
    public const string Image = "image";

    /// <summary>The same reference, but another commit now.</summary>
    public const string Git = "git";

    /// <summary>The same address, but another file now.</summary>
    public const string Http = "http";

    /// <summary>A build argument.</summary>
    public const string Argument = "argument";

    /// <summary>A variable of the environment: ENV, or the default of an ARG.</summary>
    public const string Variable = "variable";

    /// <summary>The command that it runs.</summary>
    public const string Command = "command";

    /// <summary>The instruction does something else.</summary>
    public const string Instruction = "instruction";

    /// <summary>Something about how it is done: user, network, a mount, where a copy goes.</summary>
    public const string Option = "option";

    /// <summary>The text of a document in the Dockerfile.</summary>
    public const string Document = "document";

    public const string Platform = "platform";

    /// <summary>Nothing differs: the earlier result can't be found by its key any more.</summary>
    public const string Lost = "lost";
}
