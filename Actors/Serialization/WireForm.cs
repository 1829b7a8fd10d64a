using Google.Protobuf;

namespace Orchestrator.Actors.Serialization;

/// <summary>How one type of message is written. The manifest names the form in the journal and on the wire: it never changes.</summary>
internal abstract record WireForm(Type Type, string Manifest)
{
    public static WireForm Of<TMessage, TProto>(
        string manifest, MessageParser<TProto> parser, Func<TMessage, TProto> write, Func<TProto, TMessage> read)
        where TMessage : IWireMessage
        where TProto : class, IMessage<TProto> =>
        new Typed<TMessage, TProto>(manifest, parser, write, read);

    public abstract byte[] Write(object message);

    public abstract object Read(byte[] bytes);

    private sealed record Typed<TMessage, TProto>(
        string Manifest, MessageParser<TProto> Parser, Func<TMessage, TProto> ToProto, Func<TProto, TMessage> FromProto)
        : WireForm(typeof(TMessage), Manifest)
        where TMessage : IWireMessage
        where TProto : class, IMessage<TProto>
    {
        public override byte[] Write(object message) => ToProto((TMessage)message).ToByteArray();

        public override object Read(byte[] bytes) => FromProto(Parser.ParseFrom(bytes));
    }
}
