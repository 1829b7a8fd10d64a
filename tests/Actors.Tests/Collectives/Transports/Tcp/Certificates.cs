using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>An authority, and certificates that it has issued or has not; made once per run.</summary>
internal static class Certificates
{
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);
    private static readonly DateTimeOffset Until = From.AddDays(30);
    private static readonly X509Certificate2 Authority = MakeAuthority("the ring's authority");

    public static TcpTls OfTheRing { get; } = new(IssuedBy(Authority, "rank.ring"), [Authority]);

    /// <summary>Trusts the ring's authority, but is not trusted by it.</summary>
    public static TcpTls OfAStranger { get; } = new(IssuedBy(MakeAuthority("another"), "rank.ring"), [Authority]);

    public static TcpTls Naming(string peerName) => OfTheRing with { PeerName = peerName };

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(From, Until);
    }

    private static X509Certificate2 IssuedBy(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(authority, From, Until, RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
