namespace Buildx.Protocol.FileSync;

/// <summary>Tasks that stand and fall together.</summary>
internal static class TaskGroup
{
    /// <summary>Waits for all; when one fails, stops the others, waits for them as well, and throws that first failure.</summary>
    public static async Task WhenAllOrFirstFailure(List<Task> tasks, CancellationTokenSource stop)
    {
        var open = new List<Task>(tasks);
        Task? failed = null;
        while (open.Count > 0)
        {
            var done = await Task.WhenAny(open);
            open.Remove(done);
            if (done.IsCompletedSuccessfully)
                continue;
            failed ??= done;
            await stop.CancelAsync();
        }
        if (failed is not null)
            await failed;
    }
}
