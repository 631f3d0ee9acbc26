import numpy as np, json
seeds=[0,1,42,2**64-1,2**128-1]
out={"numpy":np.__version__,"note":"fresh generator for every call","calls":[]}
def put(seed,call,v):
    v=np.asarray(v)
    out["calls"].append({"seed":str(seed),"call":call,"dtype":str(v.dtype),"value":[str(x) for x in v] if v.dtype.kind in 'iu' else [float(x) for x in v]})
g=np.random.default_rng
for seed in seeds:
    for lo,hi,dt in [(0,100,'int8'),(-128,128,'int8'),(0,255,'uint8'),(0,200,'uint8'),(-30000,30000,'int16'),(0,65536,'uint16'),(5,6,'uint16'),(-5,10,'int32'),(-2**31,2**31,'int32'),(0,2**32-1,'uint32'),(0,3*2**30,'uint32'),(0,2**32,'int64'),(-2**40,2**62,'int64'),(-2**63,2**63,'int64'),(0,2**63+5,'uint64'),(0,2**64,'uint64')]:
        put(seed,f"integers({lo}, {hi}, 9, dtype={dt})",g(seed).integers(lo,hi,9,dtype=dt))
    put(seed,"integers(0, 6, 9, endpoint=True)",g(seed).integers(0,6,9,endpoint=True))
    put(seed,"choice(20000, 3, replace=False)",g(seed).choice(20000,3,replace=False))
    put(seed,"choice(20000, 500, replace=False)[:5]",g(seed).choice(20000,500,replace=False)[:5])
    put(seed,"choice(20000, 1100, replace=False, shuffle=False)[:5]",g(seed).choice(20000,1100,replace=False,shuffle=False)[:5])
    put(seed,"choice(30, 8, replace=False, shuffle=False)",g(seed).choice(30,8,replace=False,shuffle=False))
    put(seed,"choice(6, 6, replace=False, p=[0.1, 0.2, 0.3, 0.1, 0.2, 0.1])",g(seed).choice(6,6,replace=False,p=[.1,.2,.3,.1,.2,.1]))
    n=g(seed).standard_normal(300000); put(seed,"standard_normal(300000), beyond 3.6542",n[np.abs(n)>3.6542])
    n=g(seed).standard_exponential(60000); put(seed,"standard_exponential(60000), beyond 7.6972",n[n>7.6972])
    for name in ["policy","environment/0","geräusch"]:
        b=name.encode(); b4=b+bytes(-len(b)%4); key=[len(b)]+[int.from_bytes(b4[i:i+4],'little') for i in range(0,len(b4),4)]
        ss=np.random.SeedSequence(seed,spawn_key=key)
        put(seed,f"stream {name}",g(ss).random(3)); w=ss.generate_state(2); put(seed,f"derived {name}",[int(w[0])+((int(w[1])&0x1fffff)<<32)])
json.dump(out,open('more.json','w'),separators=(',',':'),ensure_ascii=False)
