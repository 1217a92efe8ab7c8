using System.Text;

namespace Buildx.Dockerfile;

/// <summary>Collects words: blanks that are not quoted separate them.</summary>
internal sealed class WordList
{
    private readonly List<string> _words = [];
    private readonly StringBuilder _word = new();

    public void AddSplit(char c)
    {
        if (!char.IsWhiteSpace(c))
            _word.Append(c);
        else
            Break();
    }

    public void AddSplit(string text)
    {
        foreach (var c in text)
            AddSplit(c);
    }

    public void AddWhole(char c) => _word.Append(c);

    public void AddWhole(string text) => _word.Append(text);

    public IReadOnlyList<string> Finish()
    {
        Break();
        return _words;
    }

    private void Break()
    {
        if (_word.Length == 0)
            return;
        _words.Add(_word.ToString());
        _word.Clear();
    }
}
