package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A scan that not all of its link masters show yet, and what waits for that.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class LinkedScan {
    private final int number;
    private final Path dataset;
    private final Set<Path> missing;
    private final List<Consumer<String>> withoutRoom = new ArrayList<>();
    private final List<Runnable> whenFound = new ArrayList<>();
    private final List<Runnable> whenLinked = new ArrayList<>();

    LinkedScan(int number, Path dataset, Set<Path> masters) {
        this.number = number;
        this.dataset = dataset;
        this.missing = new HashSet<>(masters);
    }

    int number() {
        return number;
    }

    Path dataset() {
        return dataset;
    }

    /** Returns whether its dataset master shows it. */
    boolean isFound() {
        return !missing.contains(dataset);
    }

    /**
     * Runs something when its dataset master shows it.
     *
     * @param noRoom told, again and again, that the disk has no room for it
     */
    void whenFound(Runnable task, Consumer<String> noRoom) {
        whenFound.add(task);
        withoutRoom.add(noRoom);
    }

    /** A master has no room: who waits for it is told. */
    void noRoom(Path master) {
        if (master.equals(dataset)) {
            withoutRoom.forEach(
                    told -> told.accept("the report waits until the dataset master shows the scan: file=" + master));
        }
    }

    /** Nobody waits for a master any longer; it may still come to show the scan. */
    void waitNoLonger(Path master) {
        if (master.equals(dataset)) {
            found();
        }
    }

    private void found() {
        withoutRoom.clear();
        run(whenFound);
    }

    void whenLinked(Runnable task) {
        whenLinked.add(task);
    }

    /** Notes that a master shows it, or never will. */
    void settled(Path master) {
        missing.remove(master);
        if (master.equals(dataset)) {
            found();
        }
        if (missing.isEmpty()) {
            run(whenLinked);
        }
    }

    private static void run(List<Runnable> tasks) {
        List<Runnable> now = List.copyOf(tasks);
        tasks.clear();
        now.forEach(Runnable::run);
    }
}
