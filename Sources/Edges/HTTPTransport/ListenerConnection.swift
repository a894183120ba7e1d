/// What a listener knows of a connection that it serves, whatever version of HTTP it speaks.
protocol ListenerConnection: AnyObject {
    /// Closes when idle; else once what is in progress has been answered, which tells the client so. With `sparingIdle`
    /// a connection whose client cannot be told otherwise stays for one more request, whose answer tells it.
    func drain(sparingIdle: Bool)
    /// Closes now, telling the handler of requests in progress.
    func abort(_ reason: HTTPStreamAbort)
}
