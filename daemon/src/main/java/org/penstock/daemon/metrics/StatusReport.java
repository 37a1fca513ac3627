package org.penstock.daemon.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.ingest.StreamSight;
import org.penstock.daemon.scan.Scan;

/**
 * How the daemon is, for a person: what {@code STATUS} adds to the counters and {@code ./penstock status} shows.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param scans by state; those that have ended, all since the start
 * @param ringSlots of the ring
 * @param ringSlotsTaken of them that wait for compressors or hdf5-writer
 * @param slabBytes memory for frames
 * @param slabReservedBytes of it that open streams have reserved
 * @param writer what hdf5-writer does, in one word
 * @param writerStillSeconds since when it has done nothing
 * @param rebuildsWaiting part files to be rebuilt
 * @param mastersWithoutRoom masters that wait for room on a full disk, and reports with them
 * @param disks by name of the directory
 * @param detectors every open stream
 */
public record StatusReport(
        Map<String, Integer> scans,
        int ringSlots,
        int ringSlotsTaken,
        long slabBytes,
        long slabReservedBytes,
        String writer,
        double writerStillSeconds,
        int rebuildsWaiting,
        int mastersWithoutRoom,
        Map<String, Room> disks,
        List<StreamSight> detectors) {

    /**
     * The room on a disk.
     *
     * @param fullInSeconds at the pace of the last minute; null while it does not fill
     */
    public record Room(
            long totalBytes, long freeBytes, @Nullable Double fullInSeconds) {
        static Room of(DiskWatch.Look look) {
            return new Room(
                    look.totalBytes(),
                    look.freeBytes(),
                    Double.isInfinite(look.fullInSeconds()) ? null : look.fullInSeconds());
        }
    }

    /** Reads how it is now. */
    static StatusReport of(Sources sources) {
        Map<String, Integer> scans = new LinkedHashMap<>();
        for (Scan.State state : Scan.State.values()) {
            scans.put(state.name().toLowerCase(Locale.ROOT), sources.scans().in(state));
        }
        Heartbeat.Beat beat = sources.heartbeat().last();
        return new StatusReport(
                scans,
                sources.ring().slots(),
                (int) Math.rint(sources.ring().fill() * sources.ring().slots()),
                sources.slab().bytes(),
                sources.slab().bytes() - sources.slab().freeBytes(),
                beat.sight().toLowerCase(Locale.ROOT),
                beat.stillNs() / 1e9,
                sources.rebuilds().unfinished(),
                sources.scans().withoutRoom().size(),
                sources.disks().read(Room::of),
                sources.streams());
    }
}
