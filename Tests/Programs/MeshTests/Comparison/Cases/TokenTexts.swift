/// Tokens of one issuer, `compared`, and the keys that verify them. Made once with Python's `cryptography`: the key is
/// 0x1234567890abcdef1234567890abcdef1234567890abcdef on P-256, and good tokens expire in the year 5138.
enum TokenTexts {
    static let keySet = """
        {"keys":[{"kty":"EC","crv":"P-256","kid":"k","alg":"ES256","x":"cNoCzyOJM488bjKBVHt5l_ZLeJVc0MznCQTw\
        JlkzXa0","y":"r8PeoJDruknfmuGCQLn_UjS1Xk078kVZAfT0K3Res0Q"}]}
        """

    /// Of alice, for the audiences shop and bank.
    static let good = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImFsaWNlIiwiYXVkI\
        jpbInNob3AiLCJiYW5rIl0sImV4cCI6OTk5OTk5OTk5OTksInNjb3BlIjoicmVhZCB3cml0ZSIsImFkbWluIjp0cnVlLCJhZ2UiO\
        jQyLCJhZGRyZXNzIjp7ImNpdHkiOiJCb25uIn19.6lzpVg0Vgg6XokjU8nhGTMUlXxEzBin7iGXA3AZXGZZYK7PSP9HcD76zNGac\
        eLlTbLDi09pKgpd4jfAH3oVcxQ
        """

    static let expired = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImFsaWNlIiwiYXVkI\
        jpbInNob3AiLCJiYW5rIl0sImV4cCI6MSwic2NvcGUiOiJyZWFkIHdyaXRlIiwiYWRtaW4iOnRydWUsImFnZSI6NDIsImFkZHJlc\
        3MiOnsiY2l0eSI6IkJvbm4ifX0.EDjQjUxOlZKaRVhWnTDxTVnqCSoLzCi3vfZLDm2PhNIOk544Lq6ZQ9zXFFysViE6O6tuRL2Zi\
        4QXBIS2inx1Pg
        """

    /// Not valid before it expires.
    static let early = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImFsaWNlIiwiYXVkI\
        jpbInNob3AiLCJiYW5rIl0sImV4cCI6OTk5OTk5OTk5OTksInNjb3BlIjoicmVhZCB3cml0ZSIsImFkbWluIjp0cnVlLCJhZ2UiO\
        jQyLCJhZGRyZXNzIjp7ImNpdHkiOiJCb25uIn0sIm5iZiI6OTk5OTk5OTk5OTl9.iVRKCmxFyvBx6lCA-Je00xMFqbY2vgl_GkfV\
        MWOz-NxmQPjt36QLuItfOcKWAMSrsbbVHfh5-Vis2taxC4iMBg
        """

    static let otherIssuer = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJvdGhlciIsInN1YiI6ImFsaWNlIiwiYXVkIjpbI\
        nNob3AiLCJiYW5rIl0sImV4cCI6OTk5OTk5OTk5OTksInNjb3BlIjoicmVhZCB3cml0ZSIsImFkbWluIjp0cnVlLCJhZ2UiOjQyL\
        CJhZGRyZXNzIjp7ImNpdHkiOiJCb25uIn19.NClvQh9NPRJ8mSOMFcIwm7yQrfVxv5RzYp6g17BWd5XFx5d0_D5sJEjqYOjp9FM7\
        RP2tgPfdekMsM1OF7985-g
        """

    static let otherAudience = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImFsaWNlIiwiYXVkI\
        joibm9ib2R5IiwiZXhwIjo5OTk5OTk5OTk5OSwic2NvcGUiOiJyZWFkIHdyaXRlIiwiYWRtaW4iOnRydWUsImFnZSI6NDIsImFkZ\
        HJlc3MiOnsiY2l0eSI6IkJvbm4ifX0.1m2xVd1q3OGodPwxZqtd7yuFGVQkYGshIiFCYcvtAqAh0lc58x-sq06S2kiRDNizizQwx\
        R5-ZVLjSB1iTVdUgw
        """

    /// Signed with another key.
    static let otherKey = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImFsaWNlIiwiYXVkI\
        jpbInNob3AiLCJiYW5rIl0sImV4cCI6OTk5OTk5OTk5OTksInNjb3BlIjoicmVhZCB3cml0ZSIsImFkbWluIjp0cnVlLCJhZ2UiO\
        jQyLCJhZGRyZXNzIjp7ImNpdHkiOiJCb25uIn19.DE19OY87BLvingfbzL50_wLXuu-NXgKUuYaMWntn9enj5XTQUVEkpzsa-Fwq\
        QlUah2KIcVI7MmOKfH7iSoWa9w
        """

    /// With the id of another key.
    static let unknownKey = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImFsaWNlIiwiYXVkIjpbInNob3AiLCJiY\
        W5rIl0sImV4cCI6OTk5OTk5OTk5OTksInNjb3BlIjoicmVhZCB3cml0ZSIsImFkbWluIjp0cnVlLCJhZ2UiOjQyLCJhZGRyZXNzI\
        jp7ImNpdHkiOiJCb25uIn19.G8NzmfxjkQ2kjFLpSc4uyP997LXUlpdTatu6h6ia-oRFcftvNPcKGOSiFpVCsASMEmf3TudBwcB-\
        fppVJ7iaRA
        """

    static let noKeyID = """
        eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImFsaWNlIiwiYXVkIjpbInNob3AiLCJiYW5rIl0sImV4cCI\
        6OTk5OTk5OTk5OTksInNjb3BlIjoicmVhZCB3cml0ZSIsImFkbWluIjp0cnVlLCJhZ2UiOjQyLCJhZGRyZXNzIjp7ImNpdHkiOiJ\
        Cb25uIn19.JzevNVfBhPghvRbSQ8JBMWODqPKWg2Ytx4cMmh7W_pa6FbYiWUP3z-j6NYzkyLgLfsG1Ir3-W4_W5JbeUQasAg
        """

    /// Without an end, of bob.
    static let eternal = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImJvYiJ9.vFdRimR6\
        IeRIfdTMzmqNJK-f2hmh6yt4E1Fk4FQ0yTGNvp8UE7I5yAA2n6hePFqAkgl0gWK1IkXjyH0f6PKwOg
        """

    static let unsigned = """
        eyJhbGciOiJub25lIn0.eyJpc3MiOiAiY29tcGFyZWQiLCAic3ViIjogImFsaWNlIiwgImF1ZCI6IFsic2hvcCIsICJiYW5rIl0s\
        ICJleHAiOiA5OTk5OTk5OTk5OSwgInNjb3BlIjogInJlYWQgd3JpdGUiLCAiYWRtaW4iOiB0cnVlLCAiYWdlIjogNDIsICJhZGRy\
        ZXNzIjogeyJjaXR5IjogIkJvbm4ifX0.
        """

    /// Of eve, with the signature of alice's.
    static let forged = """
        eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJjb21wYXJlZCIsInN1YiI6ImV2ZSIsImF1ZCI6W\
        yJzaG9wIiwiYmFuayJdLCJleHAiOjk5OTk5OTk5OTk5LCJzY29wZSI6InJlYWQgd3JpdGUiLCJhZG1pbiI6dHJ1ZSwiYWdlIjo0M\
        iwiYWRkcmVzcyI6eyJjaXR5IjoiQm9ubiJ9fQ.6lzpVg0Vgg6XokjU8nhGTMUlXxEzBin7iGXA3AZXGZZYK7PSP9HcD76zNGaceL\
        lTbLDi09pKgpd4jfAH3oVcxQ
        """
}
