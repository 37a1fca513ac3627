package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import hdf.hdf5lib.callbacks.H5E_walk_t;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException.Reason;

/** Turns HDF5's error stack into one {@link StorageException}; must be read before the next call into the library. */
final class ErrorStack {
    /** What was tried, and how it ended; between them the driver prints times and addresses. */
    private static final Pattern SYSTEM =
            Pattern.compile("^([^:]+: [^:]+):.*errno = (\\d+), error message = '([^']*)'", Pattern.DOTALL);

    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EEXIST = 17;
    private static final int ENOSPC = 28;
    private static final int EROFS = 30;
    private static final int EDQUOT = 122;

    private ErrorStack() {}

    /**
     * Describes the failure that the library reported last.
     *
     * @param what what failed, with its identity, as the message begins
     * @param otherwise the reason when the operating system gave none
     */
    static StorageException exception(String what, Reason otherwise, @Nullable Throwable cause) {
        List<String> lines = lines();
        for (String line : lines) {
            Matcher system = SYSTEM.matcher(line);
            if (system.find()) {
                String detail = system.group(1) + ": " + system.group(3) + " (errno " + system.group(2) + ")";
                return new StorageException(reason(Integer.parseInt(system.group(2))), message(what, detail), cause);
            }
        }
        return new StorageException(otherwise, message(what, lines.isEmpty() ? "none" : lines.getLast()), cause);
    }

    private static Reason reason(int errno) {
        return switch (errno) {
            case ENOSPC, EDQUOT -> Reason.NO_SPACE;
            case EEXIST -> Reason.EXISTS;
            case EPERM, EACCES, EROFS -> Reason.PERMISSION;
            default -> Reason.IO;
        };
    }

    private static List<String> lines() {
        List<String> lines = new ArrayList<>();
        H5.H5Ewalk(
                HDF5Constants.H5E_DEFAULT,
                HDF5Constants.H5E_WALK_DOWNWARD,
                (_, entry, _) -> {
                    lines.add(entry.func_name + ": " + entry.desc);
                    return 0;
                },
                new H5E_walk_t() {});
        return lines;
    }

    private static String message(String what, String detail) {
        return what + ", hdf5=\"" + detail.replaceAll("\\s+", " ") + '"';
    }
}
