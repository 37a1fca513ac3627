package org.penstock.daemon.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A configuration that was read again while the daemon runs.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param config what is in effect now: the old one, with what may change taken from the new one
 * @param changed the keys that changed, each as {@code key=value}
 * @param needsRestart the keys that differ and stay as they are until the daemon is started anew
 */
public record Reload(DaemonConfig config, List<String> changed, List<String> needsRestart) {

    /**
     * Takes from a new configuration what a running daemon may.
     *
     * @throws ConfigurationException when that does not go with what stays
     */
    static Reload of(DaemonConfig old, DaemonConfig read) {
        List<String> changed = new ArrayList<>();
        List<String> needsRestart = new ArrayList<>();
        for (ConfigKey key : ConfigKey.all()) {
            if (!Objects.equals(key.value(old), key.value(read))) {
                (key.isReloadable() ? changed : needsRestart).add(key.path() + "=" + key.text(read));
            }
        }
        Object[] sections = Stream.of(DaemonConfig.class.getRecordComponents())
                .map(section -> merged(section, old, read))
                .toArray();
        return new Reload((DaemonConfig) construct(DaemonConfig.class, sections), changed, needsRestart);
    }

    private static Object merged(RecordComponent section, DaemonConfig old, DaemonConfig read) {
        Object[] values = ConfigKey.all().stream()
                .filter(key -> key.section().getName().equals(section.getName()))
                .map(key -> key.value(key.isReloadable() ? read : old))
                .toArray();
        return construct(section.getType(), values);
    }

    private static Object construct(Class<?> type, Object[] arguments) {
        Class<?>[] types = Stream.of(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof ConfigurationException refused) {
                throw refused;
            }
            throw new IllegalStateException("constructor failed: type=" + type.getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("every record has its canonical constructor", e);
        }
    }
}
