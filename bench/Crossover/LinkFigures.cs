using Orchestrator.Actors.Collectives.CostModel;

namespace Orchestrator.Bench.Crossover;

/// <summary>Links with published figures, in seconds.</summary>
internal sealed record LinkFigures(string Name, string File, Links Links, string Source)
{
    private const double Micro = 1e-6;

    /// <summary>
    /// What a message costs its rank's port, whatever its length, and what an added byte costs, are assumptions throughout: 3 µs
    /// and 20 GB/s for kernel TCP on processors, 0.3 µs and 1 TB/s for queue pairs and graphics processors.
    /// </summary>
    private static readonly LinkCosts Ethernet10 = Link(30, 1.25, perMessage: 3, addingGigabytes: 20);

    private static readonly LinkCosts Ethernet100 = Link(30, 12.5, perMessage: 3, addingGigabytes: 20);

    private static readonly LinkCosts InfiniBandHdr = Link(2.7, 25, perMessage: 0.3, addingGigabytes: 1000);

    private static readonly LinkCosts InfiniBandNdr = Link(2.7, 50, perMessage: 0.3, addingGigabytes: 1000);

    private static readonly LinkCosts NvLink4 = Link(1.9, 450, perMessage: 0.3, addingGigabytes: 1000);

    public static IReadOnlyList<LinkFigures> All { get; } =
    [
        new(
            "10 Gb/s Ethernet, TCP",
            "ethernet-10",
            Links.AllAlike(Ethernet10),
            "rate: the standard's; α: assumption, half a loopback round trip of 48–68 µs"),
        new(
            "100 Gb/s Ethernet, TCP",
            "ethernet-100",
            Links.AllAlike(Ethernet100),
            "rate: the standard's; α: the same assumption"),
        new(
            "InfiniBand HDR, 200 Gb/s",
            "infiniband-hdr",
            Links.AllAlike(InfiniBandHdr),
            "rate: vendor's; α: NCCL's tuning table (network, ring, LL)"),
        new(
            "InfiniBand NDR, 400 Gb/s",
            "infiniband-ndr",
            Links.AllAlike(InfiniBandNdr),
            "rate: vendor's; α: NCCL's tuning table (network, ring, LL)"),
        new(
            "NVLink 4, 450 GB/s each way",
            "nvlink-4",
            Links.AllAlike(NvLink4),
            "rate: vendor's 900 GB/s both ways; α: NCCL's tuning table (NVLink, ring, LL128)"),
        new(
            "8 ranks a node: NVLink 4 inside, InfiniBand NDR between",
            "nvlink-4-infiniband-ndr",
            new Links(NvLink4, InfiniBandNdr, NodeSize: 8),
            "those of the two links; each rank has a network port of its own"),
    ];

    private static LinkCosts Link(double alphaMicroseconds, double gigabytes, double perMessage, double addingGigabytes) => new(
        (alphaMicroseconds - perMessage) * Micro,
        MessageTime.PerByte(1e-9 / gigabytes, perMessage * Micro),
        MessageTime.PerByte(1e-9 / addingGigabytes));
}
