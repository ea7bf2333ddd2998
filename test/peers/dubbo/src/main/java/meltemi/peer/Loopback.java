package meltemi.peer;

import org.apache.dubbo.config.ApplicationConfig;

/** What provider and consumer share. */
final class Loopback {
    /**
     * 127.0.0.1. Dubbo replaces every 127.* and «localhost» by the machine's own address; written as one number, it
     * leaves it alone.
     */
    static final String ADDRESS = "2130706433";

    private Loopback() {}

    static ApplicationConfig application(String name) {
        ApplicationConfig application = new ApplicationConfig(name);
        application.setQosEnable(false);
        application.setSerializeCheckStatus("DISABLE");
        return application;
    }
}
