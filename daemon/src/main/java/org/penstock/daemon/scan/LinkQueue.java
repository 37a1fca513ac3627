package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.Publication;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links that a master is to get. It is written with all that wait: at once when it was not written lately, else after a pause, so that neither a burst of
 * scans nor a master of very many links keeps hdf5-writer from its frames.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class LinkQueue {
    private static final Logger LOG = LoggerFactory.getLogger(LinkQueue.class);
    /** Writing a master takes a tenth of hdf5-writer at most. */
    private static final long PAUSE = 10;

    /** Some 60,000 links: to write more takes longer than the end of a scan may. */
    private static final long LARGE_BYTES = 4 << 20;

    /** Another daemon may link at the same time. */
    private static final int MOST_TRIES = 20;

    private static final int MOST_FAILURES = 3;
    private static final long AFTER_FAILURE_NS = 1_000_000_000;

    private final Path master;
    private final Services services;
    private final long intervalNs;
    private final long noRoomNs;
    private final Map<LinkMaster.Link, LinkedScan> waiting = new LinkedHashMap<>();
    private final Map<LinkMaster.Link, LinkedScan> underway = new LinkedHashMap<>();
    private long dueNs = System.nanoTime();
    private long costNs;
    private long bytes;
    private int tries;
    private long waitsForRoomSinceNs;
    private boolean isPublishing;
    private boolean isHurried;
    private boolean waitsForRoom;

    /** What all masters share. */
    record Services(LinkMaster links, Publisher publisher, Folders folders, ScanStates states) {}

    /**
     * @param intervalNs it is written once in so long at most
     * @param noRoomNs how long reports wait on a full disk
     */
    LinkQueue(Path master, Services services, long intervalNs, long noRoomNs) {
        this.master = master;
        this.services = services;
        this.intervalNs = intervalNs;
        this.noRoomNs = noRoomNs;
        this.bytes = master.toFile().length();
    }

    /**
     * Refuses a link whose name another one has that is not in the master yet.
     *
     * @throws StorageException {@code EXISTS} when there is one
     */
    void expectFree(LinkMaster.Link link) {
        for (Map<LinkMaster.Link, LinkedScan> links : List.of(waiting, underway)) {
            for (LinkMaster.Link other : links.keySet()) {
                if (other.name().equals(link.name()) && !other.equals(link)) {
                    throw new StorageException(
                            Reason.EXISTS,
                            "link leads elsewhere: file=" + master + ", link=" + link.name() + ", present="
                                    + other.targetFile() + ", wanted=" + link.targetFile());
                }
            }
        }
    }

    void add(LinkMaster.Link link, LinkedScan scan) {
        waiting.put(link, scan);
    }

    /** Somebody waits for what is in here. */
    void hurry() {
        isHurried = !waiting.isEmpty();
        tick(System.nanoTime());
    }

    void tick(long nowNs) {
        if (!waiting.isEmpty() && !isPublishing && (nowNs - dueNs >= 0 || (isHurried && tries == 0))) {
            write();
        }
    }

    /** Writes what waits, due or not. */
    void flush() {
        if (!waiting.isEmpty() && !isPublishing) {
            write();
        }
    }

    boolean isPublishing() {
        return isPublishing;
    }

    /** Returns whether it is too large to be waited for. */
    boolean isLarge() {
        return bytes > LARGE_BYTES;
    }

    /** Returns whether nothing depends on it any more. */
    boolean isForgotten(long nowNs) {
        return waiting.isEmpty() && !isPublishing && nowNs - dueNs >= 0;
    }

    private void write() {
        long beginNs = System.nanoTime();
        underway.putAll(waiting);
        waiting.clear();
        isHurried = false;
        try {
            LinkMaster.Addition addition = services.links().add(master, List.copyOf(underway.keySet()));
            addition.refused().forEach(refused -> LOG.error("scan not linked: {}", refused.getMessage()));
            Publication publication = addition.publication();
            if (publication == null) {
                settle();
            } else {
                publish(publication);
            }
        } catch (StorageException e) {
            failed(e);
        }
        costNs = System.nanoTime() - beginNs;
        dueNs = Math.max(dueNs, beginNs + Math.max(intervalNs, PAUSE * costNs));
    }

    private void publish(Publication publication) {
        services.folders().readable(publication.temporary());
        bytes = publication.temporary().toFile().length();
        isPublishing = true;
        services.publisher().publish(List.of(publication), failure -> {
            isPublishing = false;
            if (failure == null) {
                settle();
            } else {
                failed(failure);
            }
            tick(System.nanoTime());
        });
    }

    private void settle() {
        tries = 0;
        hasRoom();
        List<LinkedScan> scans = new ArrayList<>(underway.values());
        underway.clear();
        scans.forEach(scan -> scan.settled(master));
    }

    /** What another daemon has published meanwhile is taken up at once; a full disk is waited for. */
    private void failed(StorageException failure) {
        tries++;
        boolean isStale = failure.reason() == Reason.STALE;
        boolean isFull = failure.reason() == Reason.NO_SPACE;
        int most = isStale ? MOST_TRIES : isFull ? Integer.MAX_VALUE : MOST_FAILURES;
        if (isFull) {
            noRoom(failure);
        }
        if (tries >= most) {
            LOG.error(
                    "scans not linked, ./penstock relink does it later: file={}, scans={}: {}",
                    master,
                    underway.values().stream().map(LinkedScan::number).toList(),
                    failure.getMessage());
            settle();
            return;
        }
        Map<LinkMaster.Link, LinkedScan> later = new LinkedHashMap<>(waiting);
        waiting.clear();
        waiting.putAll(underway);
        waiting.putAll(later);
        underway.clear();
        dueNs = System.nanoTime() + (isStale ? 0 : AFTER_FAILURE_NS);
    }

    /** Who waits for the links is told, and waits no longer than a stream would; the links wait on. */
    private void noRoom(StorageException failure) {
        long nowNs = System.nanoTime();
        if (!waitsForRoom) {
            waitsForRoom = true;
            waitsForRoomSinceNs = nowNs;
            services.states().room(master, false);
            LOG.warn("no room for the links of a master, waiting for some: file={}: {}", master, failure.getMessage());
        }
        boolean isTooLong = nowNs - waitsForRoomSinceNs > noRoomNs;
        for (LinkedScan scan : List.copyOf(underway.values())) {
            if (isTooLong) {
                scan.waitNoLonger(master);
            } else {
                scan.noRoom(master);
            }
        }
    }

    private void hasRoom() {
        if (waitsForRoom) {
            waitsForRoom = false;
            services.states().room(master, true);
            LOG.info("links of a master no longer wait for room: file={}", master);
        }
    }
}
