package meltemi.peer;

import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/** Arguments: name, port. Serves until its standard input closes; says «ready» when it does. */
public final class Provider {
    private Provider() {}

    public static void main(String[] arguments) throws Exception {
        String name = arguments[0];
        ProtocolConfig protocol = new ProtocolConfig("dubbo", Integer.parseInt(arguments[1]));
        protocol.setHost(Loopback.ADDRESS);
        protocol.setPayload(64 * 1024 * 1024);
        ServiceConfig<Everything> service = new ServiceConfig<>();
        service.setInterface(Everything.class);
        service.setRef(new EverythingService(name));
        service.setVersion("1.2.3");
        service.setGroup("peers");
        DubboBootstrap bootstrap = DubboBootstrap.getInstance()
                .application(Loopback.application("meltemi-" + name))
                .registry(new RegistryConfig("N/A"))
                .protocol(protocol)
                .service(service)
                .start();
        System.out.println("ready");
        while (System.in.read() >= 0) {}
        bootstrap.stop();
        System.exit(0);
    }
}
