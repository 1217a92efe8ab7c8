using Buildx.Engine.Sources.Http;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Sources.Http;

public sealed class HttpAnswersTests
{
    [Fact]
    public void Only_so_many_are_kept_and_the_newest_stay()
    {
        using var directory = new TemporaryDirectory();
        var answers = new HttpAnswers(directory.Path + "/downloads", limit: 10);
        var questions = Enumerable.Range(0, 40).Select(number => Digest.Sha256([(byte)number])).ToList();

        foreach (var question in questions)
        {
            answers.Remember(question, new HttpAnswer("tag", "name", question.Value, null));
            File.SetLastWriteTimeUtc($"{directory.Path}/downloads/{question.Hex}", DateTime.UtcNow.AddSeconds(questions.IndexOf(question) - 1000));
        }

        Assert.InRange(Directory.GetFiles(directory.Path + "/downloads").Length, 5, 10);
        Assert.All(questions.TakeLast(5), question => Assert.NotNull(answers.Find(question)));
        Assert.Null(answers.Find(questions[0]));
    }
}
