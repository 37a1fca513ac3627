package org.penstock.daemon.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part file to be made of its sources.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param file the part, absolute
 * @param journals of its sources, oldest first, absolute
 * @param frames its final length, or null for as far as its frames go
 * @param isCheck true to read and check what is there, and change nothing
 * @param isSuspect whether a sync of a source failed: no later sync can be believed, and what the kernel shows of it may not be on the disk
 * @param fileMode of the new file
 * @param group of the new file, by name, or null for what the system gives
 */
public record RebuildJob(
        String file,
        List<String> journals,
        @Nullable Long frames,
        boolean isCheck,
        boolean isSuspect,
        int fileMode,
        @Nullable String group) {}
