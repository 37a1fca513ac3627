package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.daemon.storage.ScanRecord;

/**
 * Links each scan into the masters above it: dataset, sample, proposal. What comes while a master is being written, or soon after, is written together
 * ({@link LinkQueue}).
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class MasterLinks {
    private final ScanTemplate template;
    private final LinkQueue.Services services;
    private final StorageConfig config;
    private final Map<Path, LinkQueue> queues = new HashMap<>();
    private final Map<String, LinkedScan> unlinked = new HashMap<>();

    /** Links scans; sample and proposal masters are written at most once an interval. */
    MasterLinks(ScanTemplate template, LinkQueue.Services services, StorageConfig config) {
        this.template = template;
        this.services = services;
        this.config = config;
    }

    /**
     * Refuses a scan that cannot be linked.
     *
     * @throws StorageException {@code EXISTS} when its name leads to another scan, {@code PERMISSION} when a master is another program's, or any other
     */
    void expect(ScanRecord scan) {
        links(scan).forEach((master, link) -> {
            LinkQueue queue = queues.get(master);
            if (queue != null) {
                queue.expectFree(link);
            }
            services.links().has(master, link);
        });
    }

    /** Links a scan with the next tick or later; nothing where it is linked already, or has no masters. */
    void add(ScanRecord record) {
        Map<Path, LinkMaster.Link> links = links(record);
        Path dataset = record.files().dataset();
        if (dataset == null || links.isEmpty() || unlinked.containsKey(record.scan())) {
            return;
        }
        LinkedScan scan = new LinkedScan(record.number(), dataset, links.keySet());
        unlinked.put(record.scan(), scan);
        scan.whenLinked(() -> unlinked.remove(record.scan()));
        links.forEach((master, link) -> queue(master, master.equals(dataset)).add(link, scan));
    }

    /** Links a scan at once, into masters that were not written lately. */
    void addNow(ScanRecord record) {
        add(record);
        tick();
    }

    /**
     * Runs something when the dataset master shows a scan, which is soon: it is written at once, if it is not yet. A very large one is not waited for, one
     * without room on the disk for {@code storage.full_disk_wait}.
     *
     * @param noRoom told, again and again, that there is no room
     */
    void whenFound(ScanRecord record, Runnable task, Consumer<String> noRoom) {
        LinkedScan scan = unlinked.get(record.scan());
        LinkQueue queue = scan == null ? null : queues.get(scan.dataset());
        if (scan == null || queue == null || scan.isFound() || queue.isLarge()) {
            task.run();
            return;
        }
        scan.whenFound(task, noRoom);
        queue.hurry();
    }

    /** Runs something when all masters show a scan, or it is given up to link it. */
    void whenLinked(ScanRecord record, Runnable task) {
        LinkedScan scan = unlinked.get(record.scan());
        if (scan == null) {
            task.run();
        } else {
            scan.whenLinked(task);
        }
    }

    /** Writes masters that are due. */
    void tick() {
        long nowNs = System.nanoTime();
        List.copyOf(queues.values()).forEach(queue -> queue.tick(nowNs));
        queues.values().removeIf(queue -> queue.isForgotten(nowNs));
    }

    /**
     * Writes what waits, due or not: the daemon stops.
     *
     * @return whether something is left, since a master is being published
     */
    boolean flush() {
        List.copyOf(queues.values()).forEach(LinkQueue::flush);
        return queues.values().stream().anyMatch(LinkQueue::isPublishing);
    }

    private LinkQueue queue(Path master, boolean isOfDataset) {
        long intervalNs = isOfDataset ? 0 : config.masterInterval().toNanos();
        return queues.computeIfAbsent(
                master,
                file -> new LinkQueue(
                        file, services, intervalNs, config.fullDiskWait().toNanos()));
    }

    private Map<Path, LinkMaster.Link> links(ScanRecord scan) {
        Path scanFile = scan.files().scan();
        Path dataset = scan.files().dataset();
        Path sample = scan.files().sample();
        Path proposal = scan.files().proposal();
        if (scanFile == null || dataset == null || sample == null || proposal == null) {
            return Map.of();
        }
        String entry = template.entryName(scan.number());
        String longName = scan.sample() + "_" + scan.dataset() + "_" + entry;
        return Map.of(
                dataset, link(dataset, entry, scanFile, entry),
                sample, link(sample, longName, dataset, entry),
                proposal, link(proposal, longName, dataset, entry));
    }

    private static LinkMaster.Link link(Path master, String name, Path target, String entry) {
        String below = master.resolveSibling(".").normalize().relativize(target).toString();
        return new LinkMaster.Link(name, below, "/" + entry);
    }
}
