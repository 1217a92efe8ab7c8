using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildx.Linux;
using Buildx.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>A cgroup of v1's <c>devices</c> hierarchy below the engine's own: what is started in it is under its rules from its first instruction.</summary>
internal sealed class DeviceCage(SafeFileHandle parent, string name, ImmutableArray<DeviceRule> rules)
{
    private const string Tasks = "tasks";
    private const int Attempts = 50;

    private readonly Lock _lock = new();
    private readonly Lock _entry = new();
    private int _inside;
    private bool _isMade;

    /// <summary>
    /// To be called on a thread that waits for nobody else. Only this thread goes in, and comes out as soon as it has the child: with
    /// v1, threads are in cgroups for themselves, and a child is where its parent's thread was.
    /// </summary>
    public ChildProcess Start(ProcessStart command)
    {
        lock (_entry)
            _inside++;
        try
        {
            Enter();
            return ChildProcess.Start(command);
        }
        finally
        {
            MoveHere(Tasks);
            lock (_entry)
            {
                // Never while another is on its way: it would lose the place where its child is to be born.
                if (--_inside == 0)
                    ReleaseOwnThreads();
            }
        }
    }

    /// <summary>Makes it now, so that it is known that it can be made.</summary>
    public void Make()
    {
        lock (_lock)
        {
            if (_isMade)
                return;
            FileSystem.TryMakeDirectoryAt(parent, name, 0x1ed);
            foreach (var rule in rules)
            {
                try
                {
                    Write($"{name}/devices.{(rule.Allow ? "allow" : "deny")}", rule.ToString());
                }
                catch (LinuxException e) when (rule.Allow && e.Errno == Errno.EPERM)
                {
                    // The engine itself may not: neither can its steps.
                }
            }
            _isMade = true;
        }
    }

    /// <summary>It stays when something is still in it.</summary>
    public void Remove()
    {
        lock (_lock)
        {
            _isMade = false;
            for (var attempt = 0; attempt < Attempts && !CgroupDirectory.TryRemove(parent, name); attempt++)
            {
                ReleaseOwnThreads();
                Thread.Sleep(attempt / 10);
            }
        }
    }

    private void Enter()
    {
        for (var attempt = 0; ; attempt++)
        {
            Make();
            try
            {
                MoveHere($"{name}/{Tasks}");
                return;
            }
            catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV && attempt < Attempts)
            {
                // Another engine, which doesn't see this process, has taken it for a dead one's.
                lock (_lock)
                    _isMade = false;
            }
        }
    }

    /// <summary>A thread of the runtime's (.NET's) that was born while its parent was in here stays otherwise.</summary>
    private void ReleaseOwnThreads()
    {
        foreach (var line in ReadTasks())
        {
            if (!int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var thread) || !Directory.Exists($"/proc/self/task/{thread}"))
                continue;
            try
            {
                Write(Tasks, line);
            }
            catch (LinuxException e) when (e.Errno == Errno.ESRCH)
            {
                // It has ended.
            }
        }
    }

    private string[] ReadTasks()
    {
        try
        {
            return File.ReadAllLines(Path.Combine(FileSystem.GetMagicPath(parent), name, Tasks));
        }
        catch (IOException)
        {
            // The cgroup is gone, and nobody is in it.
            return [];
        }
    }

    private void MoveHere(string tasks) => Write(tasks, "0");

    private void Write(string file, string text)
    {
        using var handle = FileSystem.OpenAt(parent, file, OpenFlags.WriteOnly);
        FileSystem.Write(handle, Encoding.ASCII.GetBytes(text));
    }
}
