using System.Text.Json;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Http;

/// <summary>Servers' last answers, one small file each. They are only hints: a lost or damaged one costs a download.</summary>
/// <param name="limit">How many are kept; the oldest go, half of them at once.</param>
internal sealed class HttpAnswers(string directory, int limit = 2000)
{
    private readonly Lock _lock = new();
    private int? _count;

    public HttpAnswer? Find(Digest question)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(question)), HttpJson.Default.HttpAnswer);
            return answer is { Tag.Length: > 0, Name: not null } && Digest.TryParse(answer.Content, out _) ? answer : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    public void Remember(Digest question, HttpAnswer answer)
    {
        Directory.CreateDirectory(directory);
        var path = PathOf(question);
        var temporary = $"{path}.{Guid.NewGuid():n}";
        try
        {
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(answer, HttpJson.Default.HttpAnswer));
            File.Move(temporary, path, overwrite: true);
            Trim();
        }
        catch (IOException)
        {
            File.Delete(temporary);
        }
    }

    public void Forget(Digest question)
    {
        if (Directory.Exists(directory))
            File.Delete(PathOf(question));
    }

    private void Trim()
    {
        lock (_lock)
        {
            _count = (_count ?? Directory.GetFiles(directory).Length) + 1;
            if (_count <= limit)
                return;
            var files = new DirectoryInfo(directory).GetFiles();
            foreach (var old in files.OrderByDescending(file => file.LastWriteTimeUtc).Skip(limit / 2))
                old.Delete();
            _count = Math.Min(files.Length, limit / 2);
        }
    }

    private string PathOf(Digest question) => Path.Combine(directory, question.Hex);
}
