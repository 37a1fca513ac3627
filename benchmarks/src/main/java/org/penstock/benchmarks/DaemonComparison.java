package org.penstock.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.cli.Penstock;

/**
 * Two daemons, one as it is and one without what is {@link Compared}, that are sent the same frames by turns: what else goes on on the machine meets both.
 *
 * <p>Before anything is measured each is sent a whole run, so that the code of both virtual machines is compiled, their slabs are in memory, and the
 * file system has had the pages that a run takes.
 *
 * <p><b>Threading:</b> one thread; {@link #close} from any.
 */
final class DaemonComparison implements Closeable {
    private final EndToEnd on;
    private final EndToEnd off;

    /** Starts both daemons, and a sender for each. */
    DaemonComparison(WorkFolder folder, FrameData data, Compared compared) throws IOException {
        on = new EndToEnd(folder, data, new EndToEnd.Daemon("with", Penstock.class, null));
        boolean isStarted = false;
        try {
            off = new EndToEnd(folder, data, new EndToEnd.Daemon("without", compared.without(), null));
            isStarted = true;
        } finally {
            if (!isStarted) {
                on.close();
            }
        }
    }

    /** Returns pairs of runs. Which daemon is first changes from pair to pair: the second has the pages of the first. */
    List<PairedCost.Pair> measure(String codec, Effort effort) throws IOException {
        FrameSender.Sending sending = FrameSender.Sending.asTheyAre(codec);
        on.stream(sending, effort.runSeconds());
        off.stream(sending, effort.runSeconds());
        List<PairedCost.Pair> pairs = new ArrayList<>();
        for (int i = 0; i < effort.pairs(); i++) {
            boolean isOnFirst = i % 2 == 0;
            BenchRun first = (isOnFirst ? on : off).stream(sending, effort.runSeconds());
            BenchRun second = (isOnFirst ? off : on).stream(sending, effort.runSeconds());
            pairs.add(isOnFirst ? new PairedCost.Pair(first, second) : new PairedCost.Pair(second, first));
        }
        return pairs;
    }

    @Override
    public void close() {
        on.close();
        off.close();
    }
}
