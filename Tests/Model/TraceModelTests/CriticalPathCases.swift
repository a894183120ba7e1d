import Testing

/// A drawing as ``TraceDrawing`` reads it, and what it is about.
struct NamedDrawing: CustomTestStringConvertible, Sendable {
    let title: String
    let text: String

    var testDescription: String { title }
}

/// Traces whose critical path and self times were worked out on paper, by the rule that ``TraceModel`` gives: backwards
/// from the end of a span, the child that ended last was waited for.
enum CriticalPathCases {
    /// A drawing is a title and its lines; an empty line ends it.
    static let all: [NamedDrawing] = table.split(separator: "\n\n").map { block in
        let lines = block.split(separator: "\n", maxSplits: 1)
        return NamedDrawing(title: String(lines[0]), text: String(lines[1]))
    }

    private static let table = """
        a span alone
        a    ########  8

        a call in the middle
        a    ##====##  4
         b   ..####..  4

        a call that takes all the time
        a    ========  0
         b   ########  8

        two calls, one after the other
        a    #==#==##  4
         b   .##.....  2
         c   ....##..  2

        two calls without a pause
        a    ========  0
         b   ####....  4
         c   ....####  4

        three levels
        a    #======#  2
         b   .#====#.  2
          c  ..####..  4

        four levels that end together
        a    ##======  2
         b   ..##====  2
          c  ....##==  2
           d ......##  2

        four levels that begin together
        a    ======##  2
         b   ====##..  2
          c  ==##....  2
           d ##......  2

        parallel: the one that ends last
        a    #======#  2
         b   .====...  4
         c   .######.  6

        parallel: the first to begin ends last
        a    #======#  2
         b   .######.  6
         c   ..===...  3

        parallel: three that are alike, of which it is the first
        a    #=====##  3
         b   .#####..  5
         c   .=====..  5
         d   .=====..  5

        parallel: two that end together, of which it is the one that began first
        a    #======#  2
         b   .######.  6
         c   ...====.  4

        parallel: a call within one that nobody waited for
        a    #======#  2
         b   .=====..  2
          c  ..===...  3
         d   .######.  6

        parallel: fan out, join, go on
        a    #====##=#  4
         b   .####....  4
         c   .==......  2
         d   .......#.  1

        parallel: a long one beside many short ones
        a    ========  0
         b   #######.  7
         c   .=......  1
         d   ...=....  1
         e   .......#  1

        async: it goes on after the answer
        a    ##====....  2
         b   ..####====  8

        async: it begins after the answer
        a    ####......  4
         b   ......====  4

        async: it begins with the answer
        a    ####....  4
         b   ....====  4

        async: a message is taken up after the answer
        a    ###=#...  4
         p   ...#....  1  producer
          c  .....===  3  consumer

        async: a message is taken up while it is sent
        a    ##==##..  4
         p   ..#=....  1  producer
          c  ...#====  5  consumer

        async: one that goes on hides one that was done
        a    #=====....  1
         b   .#####====  9
         c   ..===.....  3

        async: what it does after the answer is nobody's wait
        a    #===......  1
         b   .###======  6
          c  .....===..  3

        overlapping: each begins before the other ends
        a    ###====#  2
         b   .====...  4
         c   ...####.  4

        overlapping: two, and one before them
        a    ==##===#  2
         b   ##......  2
         c   ...===..  3
         d   ....###.  3

        overlapping: three in a row, the middle one in both their shadows
        a    ========  0
         b   ####....  4
         c   ..====..  4
         d   ....####  4

        overlapping: by one
        a    ###====#  1
         b   ====....  4
         c   ...####.  4

        overlapping: short ones in front of a long one
        a    ##=====#  2
         b   .==.....  2
         c   ...==...  2
         d   ..#####.  5

        overlapping: a child begins before its parent
        a    ..===###  3
         b   ==###...  5

        overlapping: a child sticks out on both sides
        a    ..====....  0
         b   ==####====  10

        overlapping: a child is over before its parent begins
        a    ...####  4
         b   ==.....  2

        overlapping: a grandchild sticks out of both
        a    #====.....  1
         b   .#===.....  1
          c  ..###=====  8

        skewed: a clock that is ahead
        a    #======#  2
         b   .#====#.  2  client
          c  ..####..  4  server on:bank skew:+30

        skewed: a clock that is behind, and what happens on its host
        a    #======#  2
         b   .#====#.  2  client
          c  ..#==#..  2  server on:bank skew:-30
           d ...##...  2  on:bank skew:-30

        skewed: a clock that is wrong but does not show it
        a    #======#  2
         b   .==####.  4  client
          c  .##.....  2  server on:bank

        skewed: two hosts, each in its own way
        a      #========#  2
         b     .#======#.  2  client
          c    ..#====#..  2  server on:bank skew:+50
           d   ...#==#...  2  client on:bank skew:+50
            e  ....##....  2  server on:ledger skew:-80

        skewed: a call that takes longer than its caller waited
        a    #===#...  2
         b   .===....  0  client
          c  .###==..  5  server on:bank skew:-20

        skewed: one of two calls in parallel
        a    #=======#  2
         b   .======..  2  client
          c  ..====...  4  server on:bank skew:+500
         d   .#######.  7  client

        retried: an attempt, a pause, an attempt
        a    #==#===#  3
         b   .##.....  2  client error
         c   ....###.  3  client

        retried: three attempts without a pause
        a    #======#  2
         b   .##.....  2  client error
         c   ...##...  2  client error
         d   .....##.  2  client

        retried: with what the called ones say
        a    #====#===#  3
         b   .#==#.....  2  client error
          c  ..##......  2  server error
         d   ......#=#.  2  client
          e  .......#..  1  server

        retried: hedged, and both end with the answer
        a    #======#  2
         b   .######.  6  client error
         c   ....===.  3  client

        retried: hedged, and the slower one goes on
        a    #======..  1
         b   .######==  8  client
         c   ...===...  3  client

        retried: the caller gives up, the called one goes on
        a    #====#...  2
         b   .#===....  1  client error
          c  ..###====  7  server

        retried: the same with another clock, which is not taken for a wrong one
        a    #====#...  2
         b   .#===....  1  client error
          c  ..###====  7  server on:bank

        missing parent: all that came is one span
        ?a   ######  6

        missing parent: a child comes with it
        ?a   #====#  2
         b   .####.  4

        missing parent: beside the root
        a    ########  8
        ?b   ..====..  4

        missing parent: it outlives the root
        a    ======...  6
        ?b   ...######  6

        missing parent: two pieces and a hole
        a    ####.....  4
        ?b   .....####  4

        missing parent: the root itself did not come
        ?a   ###...  3
        ?b   ...###  3

        odd: a child that takes no time
        a    ########  8
         b   ...!....  0

        odd: a root that takes no time
        a    !....  0
         b   .====  4

        odd: two are each other's parents
        a    ##====##  4  below:b
         b   ..####..  4

        odd: both halves of a call have one id
        a    #======#  2
         b   .#====#.  2  client
          c  ..####..  4  server on:bank id:b
        """
}
