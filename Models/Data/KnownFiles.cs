namespace Orchestrator.Models.Data;

/// <summary>The files of all sets, with the exact bytes that they were written against.</summary>
internal static class KnownFiles
{
    public static readonly DataFile SpokenDigits = new(
        "fsdd",
        "fsdd/recordings.tar.gz",
        15_557_763,
        "e4ea756a84f254a0d489a3d7ab5654129ef59086bd7313fffde60c030fed25de",
        new Uri("https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/heads/master.tar.gz"),
        "3,000 recordings of https://github.com/Jakobovski/free-spoken-digit-dataset, in any tar.gz.")
    {
        ContentSha256 = "dbd573d7cafe79c4b49f65718115e1304e24e067fa39eff18a660dc6cb9c360f",
    };

    public static readonly DataFile YesNo = new(
        "yes-no",
        "yesno/waves_yesno.tar.gz",
        4_701_717,
        "eb6251bbb088278eb2653859837d8c250812b6009d71ec14a911239d6bfe8eb6",
        new Uri("https://www.openslr.org/resources/1/waves_yesno.tar.gz"),
        "60 recordings of https://www.openslr.org/1/, in any tar.gz.")
    {
        ContentSha256 = "0032ed8b3aaeddf0c7451e136e7c5dae6a58415b1bd3fa7bbe2b49873564cb6a",
    };

    public static readonly DataFile TinyShakespeare = new(
        "tiny-shakespeare",
        "tinyshakespeare/input.txt",
        1_115_394,
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        new Uri("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"),
        "https://github.com/karpathy/char-rnn, folder data/tinyshakespeare.");

    public static readonly DataFile WarAndPeace = new(
        "war-and-peace",
        "warpeace/warpeace_input.txt",
        3_196_228,
        "b0fc81c399971eaf738c8be89809e6a0d95c151749112b04f06b6af648d8a39f",
        Url: null,
        "https://cs.stanford.edu/people/karpathy/char-rnn/warpeace_input.txt, with LF line ends and without a byte-order mark; "
        + "another copy can be read through `path`.");
}
