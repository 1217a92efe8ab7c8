using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

public sealed class StepFactsTests
{
    [Fact]
    public async Task The_newest_are_found_by_place_and_by_what_they_do()
    {
        await using var storage = await StorageFixture.CreateAsync();
        var facts = storage.Store.Facts;
        facts.Save(Key("1"), Key("here"), Key("run"), [1]);
        facts.Save(Key("2"), Key("here"), Key("copy"), [2]);
        facts.Save(Key("3"), Key("there"), Key("run"), [3]);
        facts.Save(Key("4"), Key("there"), Key("copy"), [4]);

        Assert.Equal(["1", "2", "3"], facts.FindNear(Key("here"), Key("run")).Select(near => near.Facts[0].ToString()).Order());
        await storage.ReopenAsync();
        Assert.Equal<byte>([4], storage.Store.Facts.Find(Key("4"))!);
        Assert.Null(storage.Store.Facts.Find(Key("5")));
    }

    [Fact]
    public async Task They_take_a_bounded_room_and_the_oldest_go_first()
    {
        await using var storage = await StorageFixture.CreateAsync();
        var facts = storage.Store.Facts;
        for (var i = 0; i < 20; i++)
        {
            storage.Time.Advance(TimeSpan.FromSeconds(1));
            facts.Save(Key($"{i}"), Key("here"), Key("run"), new byte[2 << 20]);
            facts.SaveFiles(Key($"{i}"), new byte[4 << 20]);
        }

        Assert.Null(facts.Find(Key("0")));
        Assert.Null(facts.FindFiles(Key("0")));
        Assert.NotNull(facts.Find(Key("19")));
        Assert.NotNull(facts.FindFiles(Key("19")));
    }

    private static Digest Key(string name) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(name));
}
