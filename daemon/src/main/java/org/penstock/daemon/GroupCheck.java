package org.penstock.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.disk.Ownership;

/**
 * Tries whether files can be given to the configured group, in each folder that files go to: what a server of files permits is known only then.
 *
 * <p><b>Threading:</b> any thread.
 */
final class GroupCheck {
    private GroupCheck() {}

    /** Throws {@link ConfigurationException} with what to do; does nothing where no group is configured. */
    static void check(StorageConfig storage) {
        GroupPrincipal group = storage.group();
        if (group == null) {
            return;
        }
        Set<Path> folders = new LinkedHashSet<>();
        folders.add(storage.dataDir());
        folders.add(storage.effectiveLimaRoot());
        if (storage.journalDir() != null) {
            folders.add(storage.journalDir());
        }
        folders.stream().filter(Files::isDirectory).forEach(folder -> tryIn(folder, group));
    }

    private static void tryIn(Path folder, GroupPrincipal group) {
        Path file = null;
        try {
            file = Files.createTempFile(folder, ".penstock-group-", "");
            Ownership.setGroup(file, group);
            GroupPrincipal actual = Ownership.groupOf(file);
            if (!actual.equals(group)) {
                throw refused(group, folder, "it stays with " + actual, null);
            }
        } catch (IOException e) {
            throw refused(group, folder, String.valueOf(e), e);
        } finally {
            remove(file);
        }
    }

    private static ConfigurationException refused(
            GroupPrincipal group, Path folder, String problem, @Nullable Throwable cause) {
        return new ConfigurationException(
                "files cannot be given to the group: storage.group=" + group + ", folder=" + folder + ", user="
                        + System.getProperty("user.name") + ", problem=" + problem
                        + "; make the user a member of the group, or leave storage.group out",
                cause);
    }

    private static void remove(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException _) {
            // an empty hidden file that stays is an eyesore, not an error
        }
    }
}
